using Microsoft.Extensions.Logging;
using Portico.Client;

namespace Portico.BusinessWorker.Events.Service;

internal sealed partial class ServiceEvents
{
    [LoggerMessage(2210, LogLevel.Warning, "A message of the customer service was not stored: {Status} {Reason}")]
    private static partial void NotStored(ILogger log, LogStatus status, string reason);

    [LoggerMessage(2213, LogLevel.Information, "The customer service admits: {Tokens}")]
    private static partial void Admits(ILogger log, string tokens);
}
