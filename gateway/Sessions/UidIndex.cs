namespace Portico.Gateway.Sessions;

/// <summary>Which clients of this loop are bound to a uid: one uid for a client, any number of clients for a uid.</summary>
internal sealed class UidIndex : NameIndex
{
    /// <summary>Binds a client; an earlier binding ends. False when it was bound so already.</summary>
    public bool Bind(ClientSession client, ReadOnlySpan<byte> uid)
    {
        if (client.UidClients is { } old)
        {
            if (uid.SequenceEqual(old.Utf8))
            {
                return false;
            }

            Remove(client, old);
        }

        var clients = FindOrAdd(uid);
        client.SetUid(clients, clients.Add(client));
        return true;
    }

    /// <summary>Ends a client's binding; false when there is none.</summary>
    public bool Unbind(ClientSession client)
    {
        if (client.UidClients is not { } old)
        {
            return false;
        }

        Remove(client, old);
        client.SetUid(null, 0);
        return true;
    }

    /// <summary>The client ends: it is found no more, but it still knows what its uid was.</summary>
    public void Release(ClientSession client)
    {
        if (client.UidClients is { } uid)
        {
            Remove(client, uid);
        }
    }

    private void Remove(ClientSession client, NamedClients old)
    {
        old.RemoveAt(client.UidSlot);
        Forget(old);
    }
}
