namespace Portico.Register.Registry;

/// <summary>An address stays listed at least as long as this is not disposed. Thread-safe; may be disposed more than once.</summary>
internal sealed class GatewayLease(GatewayRoll roll, GatewayEntry entry, ulong epoch) : IDisposable
{
    private int _released;

    /// <summary>Its holder has shown that it lives.</summary>
    public void Renew() => roll.Renew(entry);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            roll.Release(entry, epoch);
        }
    }
}
