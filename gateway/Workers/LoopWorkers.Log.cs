using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Workers;

internal sealed partial class LoopWorkers
{
    [LoggerMessage(510, LogLevel.Warning, "Loop {Loop} has no worker: messages are parked, their clients are not read")]
    private partial void LogNoWorker(int loop);

    [LoggerMessage(511, LogLevel.Information, "Loop {Loop} has a worker again: {Count} parked events go to it first")]
    private partial void LogWorkerAgain(int loop, long count);

    [LoggerMessage(512, LogLevel.Warning, "{Count} events of loop {Loop} were given up and their clients closed with 1013, since no worker came")]
    private partial void LogGivenUp(long count, int loop);
}
