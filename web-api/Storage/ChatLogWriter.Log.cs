using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Storage;

internal sealed partial class ChatLogWriter
{
    [LoggerMessage(3011, LogLevel.Debug, "A batch lost a race and is run again: {Reason}")]
    private partial void LogRaceLost(string reason);

    [LoggerMessage(3012, LogLevel.Warning, "The writer did not finish in time at the stop")]
    private partial void LogStoppedLate();

    [LoggerMessage(3013, LogLevel.Debug, "A database connection could not be closed: {Reason}")]
    private partial void LogCloseFailed(string reason);

    [LoggerMessage(3014, LogLevel.Warning, "The answer to a COMMIT was lost ({Reason}); asked for afterwards, the writes are stored: {Stored}")]
    private partial void LogCommitLost(string reason, bool stored);
}
