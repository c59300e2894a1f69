using Microsoft.Extensions.Logging;

namespace Portico.BusinessWorker.Hosting;

internal sealed partial class WorkerService
{
    [LoggerMessage(
        2302, LogLevel.Warning, "{Count} posts to uids and groups from before the first answer of a register were given up: they were too many or too old")]
    private static partial void PostsGivenUp(ILogger log, long count);

    [LoggerMessage(2300, LogLevel.Information, "Portico businessworker is ready: {Name} serves {Modules}, registers {Registers}.")]
    private static partial void Ready(ILogger log, string name, string modules, string registers);
}
