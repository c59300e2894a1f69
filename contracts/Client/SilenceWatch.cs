namespace Portico.Client;

/// <summary>
/// Whether a peer that is connected answers. It is silent from the first call that has waited its whole time without anything from the peer, until
/// anything comes: the calls in between need not wait as well. Thread-safe.
/// </summary>
internal sealed class SilenceWatch(TimeProvider clock)
{
    // A caller with less patience learns nothing about the peer.
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _lastReply = long.MinValue;
    private long _nextProbe = long.MinValue;
    private volatile bool _isSilent;

    /// <summary>Whether the peer is not worth waiting for now.</summary>
    public bool IsSilent => _isSilent;

    /// <summary>Something came from the peer.</summary>
    public void NoteReply()
    {
        Volatile.Write(ref _lastReply, clock.GetTimestamp());
        _isSilent = false;
    }

    /// <summary>A call has waited in vain.</summary>
    /// <param name="began">When it began, as a timestamp of the clock.</param>
    /// <param name="timeout">How long it has waited.</param>
    public void NoteTimeout(long began, TimeSpan timeout)
    {
        if (timeout >= LeastTime && Volatile.Read(ref _lastReply) <= began)
        {
            _isSilent = true;
        }
    }

    /// <summary>The connection is another one, or there is none.</summary>
    public void Reset() => _isSilent = false;

    /// <summary>Whether it is time to ask the peer something, so that the silence ends when it can answer again.</summary>
    public bool IsProbeDue()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            if (now < _nextProbe)
            {
                return false;
            }

            _nextProbe = now + (long)(DialPace.Interval.TotalSeconds * clock.TimestampFrequency);
            return true;
        }
    }
}
