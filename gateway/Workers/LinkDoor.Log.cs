using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Workers;

internal sealed partial class LinkDoor
{
    [LoggerMessage(500, LogLevel.Information, "Worker {Key} attached to loop {Loop} from {Peer}")]
    private partial void LogAttached(string key, uint loop, string peer);

    [LoggerMessage(501, LogLevel.Information, "Worker {Key} left loop {Loop}")]
    private partial void LogLeft(string key, uint loop);

    [LoggerMessage(502, LogLevel.Warning, "Worker {Key} on loop {Loop} was cut off: {Why}")]
    private partial void LogCutOff(string key, uint loop, string why);
}
