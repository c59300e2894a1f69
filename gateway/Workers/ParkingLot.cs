namespace Portico.Gateway.Workers;

/// <summary>Events of one place's clients that wait for a worker, by client, in the order in which the clients began to wait. On the loop's thread.</summary>
/// <param name="budget">How much may wait, together with other places of the same budget.</param>
/// <param name="patience">Milliseconds for which those of a client do while no worker is there.</param>
internal sealed class ParkingLot(ParkingBudget budget, long patience)
{
    private readonly LinkedList<ClientBinding> _waiting = new();
    private readonly ParkingBudget _budget = budget;
    private bool _isUnordered;

    /// <summary>Clients that wait.</summary>
    public int Clients => _waiting.Count;

    /// <summary>The client that waits longest, or null.</summary>
    public LinkedListNode<ClientBinding>? First => _waiting.First;

    /// <summary>A client that waits there has waited for too long.</summary>
    public bool IsOverdue(ClientBinding client, long now) => now - client.ParkedSince >= patience;

    /// <summary>Parks an event behind the client's earlier ones; what comes back from a dead link goes before the later ones.</summary>
    /// <returns>False when there is no room: nothing was kept.</returns>
    public bool TryPark(in WorkerEvent posted, long now)
    {
        var client = posted.Client;
        if (!_budget.TryTake(ParkedEvent.CostOf(posted), 1, client.Closed))
        {
            return false;
        }

        if (client.FirstParked is null)
        {
            client.ParkedSince = now;
            client.ParkedAt = this;
            _waiting.AddLast(client);
        }

        Insert(client, new ParkedEvent(posted));
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
        _budget.Free(taken.Cost, 1);
        if (client.FirstParked is null)
        {
            client.LastParked = null;
        }

        return true;
    }

    /// <summary>The client waits no more; all its events were taken out.</summary>
    public void Remove(LinkedListNode<ClientBinding> node)
    {
        node.Value.ParkedAt = null;
        _waiting.Remove(node);
    }

    /// <summary>
    /// The client's place is another one now. It has waited as long as before, but for a place with a budget of its own, where it begins to wait.
    /// </summary>
    /// <returns>False when there is no room in that budget: it is where it was.</returns>
    public bool TryMoveTo(ParkingLot other, LinkedListNode<ClientBinding> node, long now)
    {
        var client = node.Value;
        if (other._budget != _budget)
        {
            var (cost, count) = (0L, 0L);
            for (var parked = client.FirstParked; parked is not null; parked = parked.Next)
            {
                cost += parked.Cost;
                count++;
            }

            if (!other._budget.TryTake(cost, count, client.Closed))
            {
                return false;
            }

            _budget.Free(cost, count);
            client.ParkedSince = now;
        }

        _waiting.Remove(node);
        client.ParkedAt = other;
        other._waiting.AddLast(node);
        other._isUnordered = true;
        return true;
    }

    /// <summary>Puts clients that were moved here in order.</summary>
    public void Order()
    {
        if (!_isUnordered)
        {
            return;
        }

        _isUnordered = false;
        ClientBinding[] all = [.. _waiting.OrderBy(client => client.ParkedSince)];
        _waiting.Clear();
        foreach (var client in all)
        {
            _waiting.AddLast(client);
        }
    }

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
