using Portico.Gateway.Sessions;

namespace Portico.Gateway.Connections;

/// <summary>The connections of one loop, by number and in order of arrival.</summary>
internal sealed class ConnectionTable(ConnectionNumbers numbers)
{
    private readonly Dictionary<uint, ClientConnection> _byId = [];

    /// <summary>Connections in order of arrival.</summary>
    public ClientList All { get; } = new();

    /// <summary>How many there are.</summary>
    public int Count => All.Count;

    /// <summary>The connection of that number, or null.</summary>
    public ClientConnection? Find(uint id) => _byId.TryGetValue(id, out var client) ? client : null;

    /// <summary>A number that no connection of the table has.</summary>
    public uint NextId()
    {
        uint next;
        do
        {
            next = numbers.Next();
        }
        while (_byId.ContainsKey(next));

        return next;
    }

    /// <summary>Adds a connection under its number.</summary>
    public void Add(ClientConnection client)
    {
        _byId.Add(client.Id, client);
        client.TableSlot = All.Add(client);
    }

    /// <summary>Takes a connection out.</summary>
    public void Remove(ClientConnection client)
    {
        _ = _byId.Remove(client.Id);
        All.RemoveAt(client.TableSlot);
    }
}
