namespace Portico.Gateway.Workers;

/// <summary>
/// Whether a worker makes progress with its events. A worker that has dispatched what it received answers a probe, however long one client's
/// callback takes; one whose reading thread is blocked, or that is suspended, neither answers nor acknowledges.
/// </summary>
internal sealed class LinkProgress
{
    // Asked some times before the verdict, so that one late answer does not decide.
    private const int Askings = 4;

    private bool _moved;
    private bool _acknowledged;
    private long _movedAt = -1;
    private long _acknowledgedAt = -1;
    private bool _asked;
    private ulong _oldest;
    private long _oldestAt;
    private bool _told;

    /// <summary>The worker said that it answers probes. Of one that does not only a full link shows that it hangs.</summary>
    public bool AnswersProbes { get; init; }

    /// <summary>Number of the last probe.</summary>
    public ulong LastProbe { get; private set; }

    /// <summary>Events were acknowledged.</summary>
    public void OnAcknowledged()
    {
        _moved = true;
        _acknowledged = true;
    }

    /// <summary>A probe was answered; false when it was never asked.</summary>
    public bool TryAnswer(ulong probe)
    {
        _moved = true;
        _asked &= probe != LastProbe;
        return probe <= LastProbe;
    }

    /// <summary>Looks whether it hangs. About once a second, in milliseconds of one clock.</summary>
    /// <param name="now">The time.</param>
    /// <param name="patience">How long it may not get on.</param>
    /// <param name="isWaitedFor">Something is not acknowledged.</param>
    /// <param name="isFull">So much that nothing more is given.</param>
    public LinkVerdict Look(long now, long patience, bool isWaitedFor, bool isFull)
    {
        _movedAt = _moved || !isWaitedFor || _movedAt < 0 ? now : _movedAt;
        _acknowledgedAt = _acknowledged || !isFull || _acknowledgedAt < 0 ? now : _acknowledgedAt;
        _moved = false;
        _acknowledged = false;
        if ((AnswersProbes && now - _movedAt >= patience) || now - _acknowledgedAt >= patience)
        {
            return LinkVerdict.Hangs;
        }

        if (!AnswersProbes || _asked || now - _movedAt < patience / Askings)
        {
            return LinkVerdict.Lives;
        }

        _asked = true;
        LastProbe++;
        return LinkVerdict.Ask;
    }

    /// <summary>Whether one event has been the oldest for too long; true once for each.</summary>
    public bool IsStuckAt(ulong oldest, long now, long patience, bool isWaitedFor)
    {
        if (!isWaitedFor || oldest != _oldest)
        {
            _oldest = isWaitedFor ? oldest : 0;
            _oldestAt = now;
            _told = false;
            return false;
        }

        if (_told || now - _oldestAt < patience)
        {
            return false;
        }

        _told = true;
        return true;
    }
}
