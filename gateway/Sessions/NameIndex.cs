using System.Text;

namespace Portico.Gateway.Sessions;

/// <summary>Names to clients, for one loop. A name without clients does not exist.</summary>
internal abstract class NameIndex
{
    private const int StackBytes = 512;
    private readonly Dictionary<byte[], NamedClients> _byName;
    private readonly Dictionary<byte[], NamedClients>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;

    /// <summary>An empty index.</summary>
    protected NameIndex()
    {
        _byName = new Dictionary<byte[], NamedClients>(Utf8Comparer.Instance);
        _bySpan = _byName.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Names with at least one client.</summary>
    public int Count => _byName.Count;

    /// <summary>Every name with its clients.</summary>
    public Dictionary<byte[], NamedClients>.ValueCollection All => _byName.Values;

    /// <summary>The clients of a name, or null.</summary>
    public NamedClients? Find(ReadOnlySpan<byte> name) => _bySpan.TryGetValue(name, out var clients) ? clients : null;

    /// <summary>The clients of a name, or null.</summary>
    public NamedClients? Find(string name)
    {
        var length = Encoding.UTF8.GetMaxByteCount(name.Length);
        var utf8 = length <= StackBytes ? stackalloc byte[length] : new byte[length];
        return Find(utf8[..Encoding.UTF8.GetBytes(name, utf8)]);
    }

    /// <summary>The clients of a name, made when there are none; the caller adds one at once.</summary>
    protected NamedClients FindOrAdd(ReadOnlySpan<byte> name)
    {
        if (_bySpan.TryGetValue(name, out var clients))
        {
            return clients;
        }

        clients = new NamedClients(name.ToArray());
        _byName.Add(clients.Utf8, clients);
        return clients;
    }

    /// <summary>Forgets a name that has no clients any more.</summary>
    protected void Forget(NamedClients clients)
    {
        if (clients.Count == 0)
        {
            _ = _byName.Remove(clients.Utf8);
        }
    }
}
