using Microsoft.Extensions.Logging;
using Portico.Client;

namespace Portico.BusinessWorker.Events;

internal sealed partial class ShopEvents
{
    [LoggerMessage(2200, LogLevel.Warning, "A shop message was not stored: {Status} {Reason}")]
    private static partial void NotStored(ILogger log, LogStatus status, string reason);
}
