using System.Collections.Frozen;
using Portico.Contracts.Ids;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>The gateways that registers know, at one moment. Immutable.</summary>
public sealed class KnownGateways
{
    /// <summary>Nobody is known yet.</summary>
    public static readonly KnownGateways None = new(0, []);

    private readonly FrozenSet<GatewayAddress> _set;
    private readonly FrozenSet<GatewayAddress> _gatewayWorker;
    private readonly FrozenDictionary<GatewayAddress, WireSecurity> _security;

    internal KnownGateways(
        long version,
        IReadOnlyList<GatewayAddress> addresses,
        IEnumerable<GatewayAddress>? gatewayWorker = null,
        IReadOnlyDictionary<GatewayAddress, WireSecurity>? security = null)
    {
        Version = version;
        Addresses = addresses;
        _set = addresses.ToFrozenSet();
        _gatewayWorker = (gatewayWorker ?? []).ToFrozenSet();
        _security = (security ?? FrozenDictionary<GatewayAddress, WireSecurity>.Empty).ToFrozenDictionary();
    }

    /// <summary>Grows with each change at one watcher; 0 before the first answer of any register.</summary>
    public long Version { get; }

    /// <summary>In the order of the registers and their lists, each once.</summary>
    public IReadOnlyList<GatewayAddress> Addresses { get; }

    /// <summary>Whether only GatewayWorker's registers know the address, so that it may be PHP's own gateway.</summary>
    public bool IsGatewayWorker(GatewayAddress address) => _gatewayWorker.Contains(address);

    /// <summary>What the gateway's inner port speaks, as it announced itself.</summary>
    public WireSecurity SecurityOf(GatewayAddress address) => _security.GetValueOrDefault(address);

    /// <summary>Whether the gateway is called over TLS: it speaks nothing else, or speaks it and the caller has it set up.</summary>
    /// <param name="address">The gateway.</param>
    /// <param name="prefersTls">The caller has TLS set up.</param>
    public bool IsCalledOverTls(GatewayAddress address, bool prefersTls) =>
        SecurityOf(address) switch { WireSecurity.Tls => true, WireSecurity.Either => prefersTls, _ => false };

    /// <summary>Where the gateway is called.</summary>
    public Uri UriOf(GatewayAddress address, bool prefersTls) => new((IsCalledOverTls(address, prefersTls) ? "https://" : "http://") + address);

    /// <summary>Whether the address is among them.</summary>
    public bool Contains(GatewayAddress address) => _set.Contains(address);
}
