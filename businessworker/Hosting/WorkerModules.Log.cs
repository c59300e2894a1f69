using Microsoft.Extensions.Logging;

namespace Portico.BusinessWorker.Hosting;

internal sealed partial class WorkerModules
{
    [LoggerMessage(2301, LogLevel.Error, "Module {Module} failed in OnWorkerStop.")]
    private static partial void StopFailed(ILogger log, Exception fault, string module);
}
