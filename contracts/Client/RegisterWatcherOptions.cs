using System.Net.Security;

namespace Portico.Client;

/// <summary>Which registers are watched, and how.</summary>
public sealed record RegisterWatcherOptions
{
    /// <summary>In front of the address of a register of GatewayWorker's: "gatewayworker://127.0.0.1:1236".</summary>
    public const string GatewayWorkerScheme = "gatewayworker://";

    /// <summary>
    /// Addresses like "127.0.0.1:1238" (host names too), or "https://10.0.0.1:1238" where the register speaks TLS. Several: the union of their lists
    /// counts. One that begins with
    /// <see cref="GatewayWorkerScheme"/> is spoken to as GatewayWorker's register, and so are the gateways that only such ones know.
    /// </summary>
    public required IReadOnlyList<string> Registers { get; init; }

    /// <summary>Shared key of the cluster; empty: none.</summary>
    public string SecretKey { get; init; } = "";

    /// <summary>TLS of "https://" addresses: trusted roots, client certificate. Null: the machine's roots.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Whether registers may be called without TLS (true).</summary>
    public bool AllowPlain { get; init; } = true;

    /// <summary>First wait before a register is tried again (100 ms); doubled up to <see cref="LongestWait"/>.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest wait before a register is tried again (1 s).</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long the last list of a register outlives the register's restart (5 s): it starts with an empty one, and the gateways
    /// need a moment to come back.
    /// </summary>
    public TimeSpan RestartGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Clock of the waits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
