namespace Portico.Contracts.GatewayWorker;

/// <summary>One line of the register's text protocol (GatewayWorker protocol 1.2 and 1.3).</summary>
public sealed record RegisterLine
{
    /// <summary>Event of a gateway that announces itself.</summary>
    public const string GatewayConnect = "gateway_connect";

    /// <summary>Event of a worker or client that asks for the addresses.</summary>
    public const string WorkerConnect = "worker_connect";

    /// <summary>Event that keeps a connection awake.</summary>
    public const string Ping = "ping";

    /// <summary>Event of the register's answer.</summary>
    public const string BroadcastAddresses = "broadcast_addresses";

    /// <summary>What it is; never empty.</summary>
    public required string Event { get; init; }

    /// <summary>The gateway's address; null when absent, empty or no string.</summary>
    public string? Address { get; init; }

    /// <summary>The secret; "" when absent, null when it is no string and so equals none.</summary>
    public string? SecretKey { get; init; } = "";

    /// <summary>The addresses of a broadcast, whether they came as list or object; null when there are none to read.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }
}
