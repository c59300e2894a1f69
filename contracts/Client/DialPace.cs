namespace Portico.Client;

/// <summary>
/// Bounds how often one peer is dialled: at most once in about a second, with jitter so that many callers of a peer that comes back do not arrive
/// together. A connection that lasted longer may be replaced at once. Used by one caller at a time.
/// </summary>
internal sealed class DialPace(TimeProvider clock)
{
    /// <summary>Between two attempts, on average; each one is up to a quarter more or less.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private long _notBefore = long.MinValue;
    private long _version;

    /// <summary>Whether the peer may be dialled now; that is then counted as an attempt.</summary>
    /// <param name="version">Of the list of peers: when it has changed, the peer may have come back just now, and is tried at once.</param>
    public bool TryBegin(long version = 0)
    {
        var now = clock.GetTimestamp();
        if (now < _notBefore && version == _version)
        {
            return false;
        }

        _version = version;
        _notBefore = now + (long)(Jitter(Interval).TotalSeconds * clock.TimestampFrequency);
        return true;
    }

    /// <summary>The time, up to a quarter more or less.</summary>
    public static TimeSpan Jitter(TimeSpan time) => time * (0.75 + (Random.Shared.NextDouble() / 2));
}
