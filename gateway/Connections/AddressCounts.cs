using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Portico.Hosting;

namespace Portico.Gateway.Connections;

/// <summary>
/// How many connections each client address has in the whole gateway, with a limit; of IPv6 the network of 64 bits, which one host may have for
/// itself. Shared by
/// the loops; asked once per connection.
/// </summary>
/// <param name="most">Connections of one address; 0 for no limit, and then nothing is counted.</param>
/// <param name="warnings">Told of addresses with many connections; null for nobody.</param>
internal sealed class AddressCounts(int most, RepeatedWarnings? warnings = null)
{
    private const int MostNoted = 16;
    private readonly ConcurrentDictionary<IPAddress, int> _counts = new();
    private readonly ConcurrentDictionary<IPAddress, bool> _noted = new();

    // Before anybody is refused.
    private readonly int _crowd = Math.Max(2, most / 2);

    /// <summary>Addresses with a connection.</summary>
    public int Count => _counts.Count;

    /// <summary>Counts one more; false when the address has as many as it may.</summary>
    /// <param name="address">The address.</param>
    /// <param name="isPeer">It is the socket's peer, and not what a trusted proxy said: many clients may be a proxy's.</param>
    /// <param name="isExempt">It may have any number.</param>
    public bool TryAdd(IPAddress address, bool isPeer, bool isExempt)
    {
        if (most == 0)
        {
            return true;
        }

        var key = KeyOf(address);
        var count = _counts.AddOrUpdate(key, 1, static (_, count) => count + 1);
        if (isPeer && count == _crowd)
        {
            Note(address);
        }

        if (count <= most || isExempt)
        {
            return true;
        }

        Decrement(key);
        warnings?.Add(
            address.ToString(), $"has {most} connections, as many as one address may have (Gateway:Limits:ConnectionsPerAddress): another was refused.");
        return false;
    }

    /// <summary>One less.</summary>
    public void Remove(IPAddress address)
    {
        if (most > 0)
        {
            Decrement(KeyOf(address));
        }
    }

    private static IPAddress KeyOf(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out _);
        bytes[8..].Clear();
        return new IPAddress(bytes);
    }

    private void Decrement(IPAddress key)
    {
        while (_counts.TryGetValue(key, out var count))
        {
            if (count == 1 ? _counts.TryRemove(KeyValuePair.Create(key, 1)) : _counts.TryUpdate(key, count - 1, count))
            {
                return;
            }
        }
    }

    private void Note(IPAddress address)
    {
        if (_noted.Count < MostNoted && _noted.TryAdd(address, true))
        {
            warnings?.Add(
                address.ToString(),
                $"has {_crowd} connections and looks like a proxy. If it is one, set TrustedProxies and ClientAddressFrom of the listener, so that "
                    + "limits count each client's own address.");
        }
    }
}
