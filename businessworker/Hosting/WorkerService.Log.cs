using Microsoft.Extensions.Logging;

namespace Portico.BusinessWorker.Hosting;

internal sealed partial class WorkerService
{
    [LoggerMessage(2300, LogLevel.Information, "Portico businessworker is ready: {Name} serves {Modules}, registers {Registers}.")]
    private static partial void Ready(ILogger log, string name, string modules, string registers);
}
