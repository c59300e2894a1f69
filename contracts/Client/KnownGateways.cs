using System.Collections.Frozen;
using Portico.Contracts.Ids;

namespace Portico.Client;

/// <summary>The gateways that registers know, at one moment. Immutable.</summary>
public sealed class KnownGateways
{
    /// <summary>Nobody is known yet.</summary>
    public static readonly KnownGateways None = new(0, []);

    private readonly FrozenSet<GatewayAddress> _set;
    private readonly FrozenSet<GatewayAddress> _gatewayWorker;

    internal KnownGateways(long version, IReadOnlyList<GatewayAddress> addresses, IEnumerable<GatewayAddress>? gatewayWorker = null)
    {
        Version = version;
        Addresses = addresses;
        _set = addresses.ToFrozenSet();
        _gatewayWorker = (gatewayWorker ?? []).ToFrozenSet();
    }

    /// <summary>Grows with each change at one watcher; 0 before the first answer of any register.</summary>
    public long Version { get; }

    /// <summary>In the order of the registers and their lists, each once.</summary>
    public IReadOnlyList<GatewayAddress> Addresses { get; }

    /// <summary>Whether only GatewayWorker's registers know the address, so that it may be PHP's own gateway.</summary>
    public bool IsGatewayWorker(GatewayAddress address) => _gatewayWorker.Contains(address);

    /// <summary>Whether the address is among them.</summary>
    public bool Contains(GatewayAddress address) => _set.Contains(address);
}
