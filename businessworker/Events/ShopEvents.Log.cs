using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Messages;

namespace Portico.BusinessWorker.Events;

internal sealed partial class ShopEvents
{
    [LoggerMessage(2200, LogLevel.Warning, "A shop message was not stored: {Status} {Reason}")]
    private static partial void NotStored(ILogger log, SendStatus status, string reason);
}
