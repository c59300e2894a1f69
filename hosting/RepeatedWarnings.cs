using System.Net;
using Microsoft.Extensions.Logging;

namespace Portico.Hosting;

/// <summary>
/// Warnings that a peer, or an outage, can cause many times a second: the first of each subject and reason at once, then every ten seconds how many more
/// there were. At most <see cref="MostSubjects"/> subjects are told apart at a time, the others are counted together, so neither the log nor the memory
/// can be filled. Thread-safe.
/// </summary>
public sealed partial class RepeatedWarnings : IDisposable
{
    /// <summary>Subjects with a line of their own in ten seconds.</summary>
    public const int MostSubjects = 16;

    private const string Others = "Others";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Subject, string Reason), long> _more = [];
    private readonly ITimer _timer;
    private bool _isRunning;
    private long _others;

    /// <summary>Without warnings so far.</summary>
    public RepeatedWarnings(TimeProvider clock, ILogger<RepeatedWarnings> logger)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _logger = logger;
        _timer = clock.CreateTimer(static warnings => ((RepeatedWarnings)warnings!).Tell(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>One more about a peer; connections of one address are one subject, whatever their ports.</summary>
    public void Add(EndPoint? peer, string reason) => Add((peer as IPEndPoint)?.Address.ToString() ?? "An unknown peer", reason);

    /// <summary>One more.</summary>
    /// <param name="subject">Who or what, as the beginning of a sentence.</param>
    /// <param name="reason">What happened and what helps; one of few texts.</param>
    public void Add(string subject, string reason)
    {
        lock (_lock)
        {
            if (_more.TryGetValue((subject, reason), out var count))
            {
                _more[(subject, reason)] = count + 1;
                return;
            }

            if (_more.Count >= MostSubjects)
            {
                _others++;
                return;
            }

            _more[(subject, reason)] = 0;
            if (!_isRunning)
            {
                _isRunning = true;
                _ = _timer.Change(Interval, Timeout.InfiniteTimeSpan);
            }
        }

        LogFirst(subject, reason);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer.Dispose();
        Tell();
    }

    private void Tell()
    {
        List<(string Subject, string Reason, long Count)> repeated;
        long others;
        lock (_lock)
        {
            repeated = [.. _more.Where(entry => entry.Value > 0).Select(entry => (entry.Key.Subject, entry.Key.Reason, entry.Value))];
            others = _others;
            _others = 0;
            _more.Clear();

            // What goes on is counted from the first line on: it is not said as new every ten seconds.
            foreach (var (subject, reason, _) in repeated)
            {
                _more[(subject, reason)] = 0;
            }

            _isRunning = repeated.Count > 0;
            if (_isRunning)
            {
                _ = _timer.Change(Interval, Timeout.InfiniteTimeSpan);
            }
        }

        foreach (var (subject, reason, count) in repeated)
        {
            LogMore(subject, reason, count);
        }

        if (others > 0)
        {
            LogMore(Others, "see the lines before", others);
        }
    }

    [LoggerMessage(20, LogLevel.Warning, "{Subject}: {Reason}")]
    private partial void LogFirst(string subject, string reason);

    [LoggerMessage(21, LogLevel.Warning, "{Subject}: {Reason} ({Count} more times in the last 10 s)")]
    private partial void LogMore(string subject, string reason, long count);
}
