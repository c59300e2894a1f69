using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>How gateways are called.</summary>
public sealed record GatewayDirectoryOptions
{
    /// <summary>The calls: secret key, windows, pings, connect timeout, clock.</summary>
    public RpcChannelOptions Channel { get; init; } = new();

    /// <summary>Bytes of commands that may wait for one gateway (64 MiB); beyond that commands are refused.</summary>
    public int MaxWaitingBytes { get; init; } = 64 * 1024 * 1024;
}
