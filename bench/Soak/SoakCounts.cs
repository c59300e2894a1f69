namespace Portico.Bench.Soak;

/// <summary>What the load has done so far. Counted from many tasks.</summary>
internal sealed class SoakCounts
{
    /// <summary>Messages that came back as they were sent.</summary>
    public long Echoes;

    /// <summary>Clients that came and went.</summary>
    public long Churned;

    /// <summary>Deliveries of the fan-out that came in order.</summary>
    public long Deliveries;

    /// <summary>Slow readers that were closed.</summary>
    public long Slow;

    /// <summary>What must not happen: a lost, foreign or disordered message, a refused connection.</summary>
    public long Faults;

    /// <summary>The first of them.</summary>
    public string? FirstFault;

    /// <summary>Notes a fault.</summary>
    public void Fault(string what)
    {
        Interlocked.Increment(ref Faults);
        Interlocked.CompareExchange(ref FirstFault, what, null);
    }
}
