using System.Net;
using Portico.Contracts.Rpc;
using Portico.Hosting.Tls;

namespace Portico.Register.Hosting;

/// <summary>The validated configuration of a register (section <c>Register</c>, and <c>SecretKey</c> which all roles share).</summary>
internal sealed record RegisterOptions
{
    /// <summary>Where both tongues are spoken: <c>Register:Listen</c> (127.0.0.1:1238).</summary>
    public required IPEndPoint Listen { get; init; }

    /// <summary>What every caller must show; open: nothing is asked for.</summary>
    public RpcSecretKey SecretKey { get; init; } = RpcSecretKey.Open;

    /// <summary>TLS of this port.</summary>
    public TlsOptions Tls { get; init; } = new();

    /// <summary>A gateway that did not renew for this long is no longer listed (15 s).</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Time for the first line, or the first bytes of HTTP/2 (10 s).</summary>
    public TimeSpan FirstLine { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A GatewayWorker peer that is not on this machine pings every 25 s; after this long without a line it is taken for dead (60 s).
    /// The same time is allowed for showing the key, wherever the peer is.
    /// </summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest line in bytes (65536); a legitimate one has about a hundred.</summary>
    public int MaxLineBytes { get; init; } = 64 * 1024;

    /// <summary>Connections at once (10000).</summary>
    public int MaxConnections { get; init; } = 10_000;
}
