namespace Portico.Contracts.Link;

/// <summary>
/// Returns the memory of large messages to the system. Their arrays are garbage once the messages are sent, but an idle process allocates
/// nothing, and so would not collect for hours. One for each role.
/// </summary>
public sealed class LargeArrayKeeper : IDisposable
{
    // Less than what a process of ours takes anyway is not worth a pause.
    private const long Enough = 64 * 1024 * 1024;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    private readonly Action _collect;
    private readonly ITimer _timer;
    private long _seen;

    /// <summary>Looks from now on.</summary>
    public LargeArrayKeeper(TimeProvider clock)
        : this(clock, static () => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true))
    {
    }

    internal LargeArrayKeeper(TimeProvider clock, Action collect)
    {
        _collect = collect;
        _timer = clock.CreateTimer(_ => Look(), null, Period, Period);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        // While large messages come the collector runs by itself; a pause of ours would only be one more.
        var dropped = PooledBytes.Dropped;
        if (dropped == _seen && PooledBytes.TryTakeDropped(Enough))
        {
            _collect();
        }

        _seen = dropped;
    }
}
