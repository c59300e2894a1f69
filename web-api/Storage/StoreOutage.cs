using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Storage;

/// <summary>
/// Failures of the message log, for the operator: the first of an outage at once and with its stack, then at most one line in ten seconds, which says how
/// many there were. A full disk must not be filled by the log of it. Thread-safe.
/// </summary>
internal sealed partial class StoreOutage(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    // A failure so long after the last one is of another outage.
    private static readonly TimeSpan Over = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger;
    private readonly Lock _lock = new();
    private long? _failedAt;
    private long _saidAt;
    private long _writes;
    private long _calls;
    private string _last = "";
    private volatile bool _isUnsaid;

    /// <summary>Writes that failed.</summary>
    public void WritesFailed(Exception fault, int count) => Add(fault, count, 0);

    /// <summary>A call that was refused since the log could not be read or written.</summary>
    public void CallRefused(Exception fault) => Add(fault, 0, 1);

    /// <summary>A write went through: what was not said yet is said, unless a line is too fresh.</summary>
    public void Stored()
    {
        if (_isUnsaid)
        {
            SayRest();
        }
    }

    private void Add(Exception fault, int writes, int calls)
    {
        lock (_lock)
        {
            var isFirst = _failedAt is not { } last || time.GetElapsedTime(last) >= Over;
            _failedAt = time.GetTimestamp();
            if (!isFirst)
            {
                (_writes, _calls, _last, _isUnsaid) = (_writes + writes, _calls + calls, fault.Message, true);
                Say();
                return;
            }

            (_saidAt, _writes, _calls, _isUnsaid) = (_failedAt.Value, 0, 0, false);
        }

        LogFirst(fault);
    }

    private void SayRest()
    {
        lock (_lock)
        {
            Say();
        }
    }

    private void Say()
    {
        if (_isUnsaid && time.GetElapsedTime(_saidAt) >= Pause)
        {
            LogMore(_writes, _calls, _last);
            (_saidAt, _writes, _calls, _isUnsaid) = (time.GetTimestamp(), 0, 0, false);
        }
    }

    [LoggerMessage(
        3015,
        LogLevel.Error,
        "The message log cannot be written or read; callers are told that nothing is known to be stored. What follows of this is counted, in at "
            + "most one line in 10 s")]
    private partial void LogFirst(Exception fault);

    [LoggerMessage(3016, LogLevel.Error, "The message log: {Writes} more writes failed and {Calls} more calls were refused; the last: {Reason}")]
    private partial void LogMore(long writes, long calls, string reason);
}
