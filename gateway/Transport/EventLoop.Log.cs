using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport;

internal sealed partial class EventLoop
{
    [LoggerMessage(200, LogLevel.Error, "A step of loop {Loop} failed; the loop goes on")]
    private partial void LogStepFailed(Exception exception, int loop);

    [LoggerMessage(201, LogLevel.Error, "Loop {Loop} could not handle a {Item}; it is lost, the loop goes on")]
    private partial void LogItemFailed(Exception exception, int loop, string item);
}
