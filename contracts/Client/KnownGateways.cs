using System.Collections.Frozen;
using Portico.Contracts.Ids;

namespace Portico.Client;

/// <summary>The gateways that registers know, at one moment. Immutable.</summary>
public sealed class KnownGateways
{
    /// <summary>Nobody is known yet.</summary>
    public static readonly KnownGateways None = new(0, []);

    private readonly FrozenSet<GatewayAddress> _set;

    internal KnownGateways(long version, IReadOnlyList<GatewayAddress> addresses)
    {
        Version = version;
        Addresses = addresses;
        _set = addresses.ToFrozenSet();
    }

    /// <summary>Grows with each change at one watcher; 0 before the first answer of any register.</summary>
    public long Version { get; }

    /// <summary>In the order of the registers and their lists, each once.</summary>
    public IReadOnlyList<GatewayAddress> Addresses { get; }

    /// <summary>Whether the address is among them.</summary>
    public bool Contains(GatewayAddress address) => _set.Contains(address);
}
