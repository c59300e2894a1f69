using Microsoft.Extensions.Logging;

namespace Portico.BusinessWorker.Hosting;

internal sealed partial class WorkerService
{
    [LoggerMessage(2300, LogLevel.Information, "Portico businessworker is ready: {Name} serves {Modules}, registers {Registers}.")]
    private static partial void Ready(ILogger log, string name, string modules, string registers);

    [LoggerMessage(2301, LogLevel.Error, "Module {Module} failed in OnWorkerStop.")]
    private static partial void StopFailed(ILogger log, Exception fault, string module);
}
