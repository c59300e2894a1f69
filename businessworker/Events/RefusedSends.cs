using Microsoft.Extensions.Logging;
using Portico.Client;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// Messages that were not stored, for the operator: the first one at once, then at most one line in ten seconds, which says how many there were. A
/// client must not be able to fill the log. Thread-safe.
/// </summary>
internal sealed partial class RefusedSends(string application, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private readonly Lock _lock = new();
    private long _saidAt;
    private long _said;
    private long _count;

    /// <summary>One more.</summary>
    public void Add(LogAnswer reply)
    {
        long unsaid;
        lock (_lock)
        {
            _count++;
            if (_said > 0 && clock.GetElapsedTime(_saidAt) < Pause)
            {
                return;
            }

            unsaid = _count - _said;
            _said = _count;
            _saidAt = clock.GetTimestamp();
        }

        LogRefused(unsaid, application, reply.Status, reply.Cause.Length > 0 ? reply.Cause : reply.Error);
    }

    [LoggerMessage(2200, LogLevel.Warning, "{Count} messages of {Application} were not stored; the last one: {Status} {Reason}")]
    private partial void LogRefused(long count, string application, LogStatus status, string reason);
}
