namespace Portico.Gateway.Commands;

/// <summary>
/// The pushes that a loop has delivered lately, so that a repetition whose first answer was lost reaches nobody twice. Remembers each for at least
/// <see cref="RememberedSeconds"/>, unless more than <see cref="Most"/> come in that time. On the loop's thread.
/// </summary>
internal sealed class RecentPushes
{
    /// <summary>Seconds. A caller gives a push up after 30 s, and another web-api repeats the last 60 s of the log.</summary>
    public const int RememberedSeconds = 60;

    /// <summary>Pushes of one period: 4,000 a second and loop, about 10 MB.</summary>
    public const int Most = 262_144;

    private const int PeriodTicks = RememberedSeconds * 1000 / Connections.DeadlineWheel.TickMilliseconds;

    private HashSet<ulong> _current = [];
    private HashSet<ulong> _previous = [];
    private int _since;

    /// <summary>Whether it was delivered lately.</summary>
    /// <param name="push">The name of the push, not 0.</param>
    /// <param name="now">Tick of the loop's wheel.</param>
    public bool Contains(ulong push, int now)
    {
        Age(now);
        return _current.Contains(push) || _previous.Contains(push);
    }

    /// <summary>Remembers a push that was delivered.</summary>
    public void Add(ulong push, int now)
    {
        Age(now);
        if (_current.Count == Most)
        {
            Turn(now);
        }

        _ = _current.Add(push);
    }

    private void Age(int now)
    {
        if (now - _since < PeriodTicks)
        {
            return;
        }

        if (now - _since >= 2 * PeriodTicks)
        {
            // Nothing of the last period is young enough.
            _current.Clear();
        }

        Turn(now);
    }

    private void Turn(int now)
    {
        (_current, _previous) = (_previous, _current);
        if (_current.Count > 0)
        {
            // Capacity is given back after a burst.
            _current = new HashSet<ulong>(Math.Min(_previous.Count, 1024));
        }

        _since = now;
    }
}
