using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Messages;

internal sealed partial class Delivery
{
    [LoggerMessage(3100, LogLevel.Warning, "Whether a receiver is online could not be asked: {Reason}")]
    private partial void LogPresenceFailed(string reason);

    [LoggerMessage(3101, LogLevel.Warning, "A notice could not be pushed: {Reason}")]
    private partial void LogNoticeFailed(string reason);
}
