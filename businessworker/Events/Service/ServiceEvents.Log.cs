using Microsoft.Extensions.Logging;

namespace Portico.BusinessWorker.Events.Service;

internal sealed partial class ServiceEvents
{
    [LoggerMessage(2213, LogLevel.Information, "The customer service admits: {Tokens}")]
    private static partial void Admits(ILogger log, string tokens);
}
