using Portico.Hosting.Proxies;

namespace Portico.Gateway.Connections;

/// <summary>What a connection must know of the listener that it came by; one object for all its connections.</summary>
internal sealed record ListenerSettings
{
    /// <summary>Index in the gateway's configuration; <c>AcceptedSocket.Listener</c>.</summary>
    public required int Index { get; init; }

    /// <summary>websocket, wss, text or frame.</summary>
    public required string Scheme { get; init; }

    /// <summary>As configured, for example websocket://0.0.0.0:8282.</summary>
    public required string Url { get; init; }

    /// <summary>The public port (the one really bound).</summary>
    public required ushort Port { get; init; }

    /// <summary>Silence after which a client is pinged; zero for never.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(25);

    /// <summary>Unanswered pings that close a client; 0 for never.</summary>
    public int PingNotResponseLimit { get; init; } = 2;

    /// <summary>A message that replaces the ping frame for old clients (no portico.v1) on path /; empty for none.</summary>
    public ReadOnlyMemory<byte> PingData { get; init; }

    /// <summary>Which peers are proxies, and where they put the address of their client.</summary>
    public ClientAddressRule ClientAddress { get; init; } = ClientAddressRule.None;

    /// <summary>The ceilings of this listener's clients.</summary>
    public ClientLimits Limits { get; init; } = new();
}
