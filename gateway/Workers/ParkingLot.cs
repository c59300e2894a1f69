namespace Portico.Gateway.Workers;

/// <summary>Events of one loop that wait for a worker, by client, in the order in which the clients began to wait. Bounded in bytes.</summary>
internal sealed class ParkingLot(long limit)
{
    private readonly LinkedList<ClientBinding> _waiting = new();

    /// <summary>Bytes that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Events that wait.</summary>
    public long Count { get; private set; }

    /// <summary>The client that waits longest, or null.</summary>
    public LinkedListNode<ClientBinding>? First => _waiting.First;

    /// <summary>Parks an event behind the client's earlier ones; what comes back from a dead link goes before the later ones.</summary>
    /// <returns>False when there is no room: nothing was kept.</returns>
    public bool TryPark(in WorkerEvent posted, long now)
    {
        var client = posted.Client;
        var added = new ParkedEvent(posted);

        // The end of a client that is closed for want of room must find some.
        if (Bytes + added.Cost > (client.Closed ? limit * 2 : limit))
        {
            return false;
        }

        if (client.FirstParked is null)
        {
            client.ParkedSince = now;
            _waiting.AddLast(client);
        }

        Insert(client, added);
        Bytes += added.Cost;
        Count++;
        return true;
    }

    /// <summary>Takes the client's oldest event out.</summary>
    public bool TryTake(ClientBinding client, out ParkedEvent taken)
    {
        taken = client.FirstParked!;
        if (taken is null)
        {
            return false;
        }

        client.FirstParked = taken.Next;
        Bytes -= taken.Cost;
        Count--;
        if (client.FirstParked is null)
        {
            client.LastParked = null;
        }

        return true;
    }

    /// <summary>The client waits no more; all its events were taken out.</summary>
    public void Remove(LinkedListNode<ClientBinding> node) => _waiting.Remove(node);

    private static void Insert(ClientBinding client, ParkedEvent added)
    {
        if (client.LastParked is { } last && last.Number < added.Number)
        {
            last.Next = added;
            client.LastParked = added;
            return;
        }

        ParkedEvent? before = null;
        for (var at = client.FirstParked; at is not null && at.Number < added.Number; at = at.Next)
        {
            before = at;
        }

        if (before is null)
        {
            added.Next = client.FirstParked;
            client.FirstParked = added;
        }
        else
        {
            added.Next = before.Next;
            before.Next = added;
        }

        client.LastParked ??= added;
    }
}
