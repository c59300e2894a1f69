using Portico.Contracts.Ids;

namespace Portico.Gateway.Workers;

/// <summary>Who this gateway is to workers; known once the inner port is bound.</summary>
internal sealed class GatewayIdentity
{
    /// <summary>Inner address as it stands in client ids.</summary>
    public GatewayAddress Address { get; set; }

    /// <summary>Random per start: event ids and client ids of an earlier start mean nothing here.</summary>
    public ulong Epoch { get; } = (ulong)Random.Shared.NextInt64(1, long.MaxValue);
}
