using System.Net.Security;

namespace Portico.Contracts.Rpc;

/// <summary>How a channel calls.</summary>
public sealed record RpcChannelOptions
{
    /// <summary>Shared key of the cluster, sent with every call; empty: none.</summary>
    public string SecretKey { get; init; } = "";

    /// <summary>Further metadata of every call.</summary>
    public RpcMetadata Metadata { get; init; } = [];

    /// <summary>Largest message received, in bytes (4 MiB).</summary>
    public int MaxReceiveMessageSize { get; init; } = RpcFraming.DefaultMaxMessageSize;

    /// <summary>Time for the TCP and TLS handshakes (3 s).</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Flow control window of a stream in bytes (8 MiB).</summary>
    public int StreamWindow { get; init; } = RpcServerLimits.StreamWindow;

    /// <summary>Silence after which the server is pinged (15 s).</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = RpcServerLimits.KeepAlivePingDelay;

    /// <summary>Time the server has to answer a ping (10 s).</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = RpcServerLimits.KeepAlivePingTimeout;

    /// <summary>TLS of an <c>https://</c> address: trusted roots, client certificate. Null: the machine's roots.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Whether an <c>http://</c> address may be called (true). If not, no byte, and no secret key, leaves without TLS.</summary>
    public bool AllowPlain { get; init; } = true;

    /// <summary>Clock of the deadlines.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
