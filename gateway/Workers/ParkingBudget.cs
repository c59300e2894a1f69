namespace Portico.Gateway.Workers;

/// <summary>How much may wait for a worker, over one or more places of a loop. On the loop's thread.</summary>
/// <param name="bytes">Bytes of events.</param>
/// <param name="events">Events.</param>
internal sealed class ParkingBudget(long bytes, long events)
{
    /// <summary>Bytes that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Events that wait.</summary>
    public long Count { get; private set; }

    /// <summary>Room for more; false when there is none, and nothing is taken.</summary>
    /// <param name="cost">Bytes.</param>
    /// <param name="count">Events.</param>
    /// <param name="isEnd">It is for a client that is closed: the end of one that is closed for want of room must find some.</param>
    public bool TryTake(long cost, long count, bool isEnd)
    {
        var factor = isEnd ? 2 : 1;
        if (Bytes + cost > bytes * factor || Count + count > events * factor)
        {
            return false;
        }

        Bytes += cost;
        Count += count;
        return true;
    }

    /// <summary>It waits no more.</summary>
    public void Free(long cost, long count)
    {
        Bytes -= cost;
        Count -= count;
    }
}
