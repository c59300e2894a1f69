namespace Portico.Gateway.Sessions;

/// <summary>Which clients of this loop are in a group, in the order in which they joined.</summary>
internal sealed class GroupIndex : NameIndex
{
    /// <summary>Adds a client; false when it is a member already.</summary>
    public bool Join(ClientSession client, ReadOnlySpan<byte> group)
    {
        var clients = FindOrAdd(group);
        if (client.IsIn(clients))
        {
            return false;
        }

        client.AddMembership(clients, clients.Add(client));
        return true;
    }

    /// <summary>Takes a client out; false when it is no member.</summary>
    public bool Leave(ClientSession client, ReadOnlySpan<byte> group) => Find(group) is { } clients && Remove(client, clients);

    /// <summary>Takes a client out of every group, as its end does.</summary>
    public void LeaveAll(ClientSession client)
    {
        while (client.GroupCount > 0)
        {
            _ = Remove(client, client.Groups[^1].Clients);
        }
    }

    /// <summary>Takes every client out of a group; returns how many there were.</summary>
    public int Ungroup(ReadOnlySpan<byte> group)
    {
        if (Find(group) is not { } clients)
        {
            return 0;
        }

        var count = clients.Count;
        clients.Pin();
        foreach (var client in clients.Slots)
        {
            if (client is not null)
            {
                _ = Remove(client, clients);
            }
        }

        clients.Unpin();
        return count;
    }

    private bool Remove(ClientSession client, NamedClients clients)
    {
        var slot = client.RemoveMembership(clients);
        if (slot < 0)
        {
            return false;
        }

        clients.RemoveAt(slot);
        Forget(clients);
        return true;
    }
}
