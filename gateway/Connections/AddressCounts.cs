using System.Collections.Concurrent;
using System.Net;

namespace Portico.Gateway.Connections;

/// <summary>How many connections each client address has in the whole gateway, with a limit. Shared by the loops; nobody asks it per message.</summary>
/// <param name="most">Connections of one address; 0 for no limit, and then nothing is counted.</param>
internal sealed class AddressCounts(int most)
{
    private readonly ConcurrentDictionary<IPAddress, int> _counts = new();

    /// <summary>Addresses with a connection.</summary>
    public int Count => _counts.Count;

    /// <summary>Counts one more; false when the address has as many as it may.</summary>
    public bool TryAdd(IPAddress address) =>
        most == 0 || _counts.AddOrUpdate(address, 1, static (_, count) => count + 1) <= most || !Refuse(address);

    /// <summary>One less.</summary>
    public void Remove(IPAddress address)
    {
        while (most > 0 && _counts.TryGetValue(address, out var count))
        {
            if (count == 1 ? _counts.TryRemove(KeyValuePair.Create(address, 1)) : _counts.TryUpdate(address, count - 1, count))
            {
                return;
            }
        }
    }

    private bool Refuse(IPAddress address)
    {
        Remove(address);
        return true;
    }
}
