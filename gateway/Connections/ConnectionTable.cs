using Portico.Gateway.Sessions;

namespace Portico.Gateway.Connections;

/// <summary>
/// The connections of one loop by number and in order of arrival. Numbers of a loop are those that give its index modulo the count of
/// loops; they start at a random place, so that an id from before a restart does not hit a stranger.
/// </summary>
internal sealed class ConnectionTable
{
    private readonly Dictionary<uint, ClientConnection> _byId = [];
    private readonly uint _index;
    private readonly uint _count;
    private uint _last;

    /// <summary>A table for loop <paramref name="index"/> of <paramref name="count"/>; the first number is the loop's first at or after <paramref name="start"/>.</summary>
    public ConnectionTable(int index, int count, uint start)
    {
        _index = (uint)index;
        _count = (uint)count;
        _last = start - (start % _count) + _index;
    }

    /// <summary>Connections in order of arrival.</summary>
    public ClientList All { get; } = new();

    /// <summary>How many there are.</summary>
    public int Count => All.Count;

    /// <summary>The connection of that number, or null.</summary>
    public ClientConnection? Find(uint id) => _byId.TryGetValue(id, out var client) ? client : null;

    /// <summary>A number that nobody has.</summary>
    public uint NextId()
    {
        do
        {
            var next = unchecked(_last + _count);

            // Past the end the remainder would change, so the count starts again at the loop's first number; 0 is nobody's.
            _last = next < _last ? _index : next;
        }
        while (_last == 0 || _byId.ContainsKey(_last));

        return _last;
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
