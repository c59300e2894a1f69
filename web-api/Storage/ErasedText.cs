using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Storage;

/// <summary>
/// Removes from the database's own files what messages said that were erased: a write-ahead log keeps old pages until they are overwritten. It is done once
/// for all that is erased within a few seconds. Thread-safe.
/// </summary>
internal sealed partial class ErasedText : IDisposable
{
    // Long enough that a caller who erases one message after the other causes few of these, short enough to be soon.
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(5);

    private readonly ISqlDialect _dialect;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private int _isDue;

    public ErasedText(ISqlDialect dialect, TimeProvider clock, ILogger<ErasedText> logger)
    {
        _dialect = dialect;
        _logger = logger;
        _timer = clock.CreateTimer(static erased => ((ErasedText)erased!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Something was erased.</summary>
    public void Note()
    {
        if (Interlocked.Exchange(ref _isDue, 1) == 0)
        {
            _ = _timer.Change(Delay, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Run()
    {
        Volatile.Write(ref _isDue, 0);
        try
        {
            if (!_dialect.TryRemoveErased())
            {
                // Somebody reads an older state of the database, an export perhaps.
                Note();
            }
        }
        catch (DbException fault)
        {
            LogNotRemoved(fault.Message);
        }
    }

    [LoggerMessage(3025, LogLevel.Warning, "What erased messages said stays in the database's log until it is overwritten: {Reason}")]
    private partial void LogNotRemoved(string reason);
}
