namespace Portico.Gateway.Workers;

/// <summary>What is held against a client: workers died while they had the same event of it. Gone once a worker has handled all of it.</summary>
internal sealed class Suspicion
{
    /// <summary>Number of the oldest event that the dead worker had not acknowledged.</summary>
    public ulong Number { get; private set; }

    /// <summary>How many workers in a row died with it.</summary>
    public int Deaths { get; private set; }

    /// <summary>The last death that counted; each of a client's lost events is told of, and counts once together.</summary>
    private long _lastDeath;

    /// <summary>A worker died and had not acknowledged that event.</summary>
    /// <param name="death">Number of the death.</param>
    /// <param name="number">Number of the event.</param>
    public void Add(long death, ulong number)
    {
        if (death == _lastDeath)
        {
            return;
        }

        Deaths = number == Number ? Deaths + 1 : 1;
        Number = number;
        _lastDeath = death;
    }
}
