using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Portico.Contracts.Rpc;

/// <summary>What Kestrel must be told before it carries long streams.</summary>
public static class RpcServerLimits
{
    /// <summary>Flow control window of a stream in bytes: what may be under way to us unread.</summary>
    public const int StreamWindow = 8 * 1024 * 1024;

    /// <summary>Flow control window of a connection in bytes.</summary>
    public const int ConnectionWindow = 16 * 1024 * 1024;

    /// <summary>Streams of one connection: more than loops plus concurrent calls.</summary>
    public const int MaxStreamsPerConnection = 1000;

    /// <summary>Silence after which the peer is pinged, and the time it has to answer: a dead one is noticed within their sum.</summary>
    public static readonly TimeSpan KeepAlivePingDelay = TimeSpan.FromSeconds(15);

    /// <summary>See <see cref="KeepAlivePingDelay"/>.</summary>
    public static readonly TimeSpan KeepAlivePingTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Sets windows, streams and pings, and switches off, for every endpoint of this server, the limits that end long streams:
    /// request body size (30 MB) and minimum data rates (240 bytes/s).
    /// </summary>
    public static void Apply(KestrelServerOptions options)
    {
        ApplyHttp2(options);
        options.Limits.MaxRequestBodySize = null;
        options.Limits.MinRequestBodyDataRate = null;
        options.Limits.MinResponseDataRate = null;
    }

    /// <summary>
    /// The HTTP/2 part alone, for a server that also has endpoints for strangers. Body size and the rate of requests are switched
    /// off for each call anyway; the minimum rate of responses then stays in force, which is right for short calls only.
    /// </summary>
    public static void ApplyHttp2(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        var limits = options.Limits;
        limits.MaxRequestBufferSize = StreamWindow;
        limits.MaxResponseBufferSize = StreamWindow;
        limits.Http2.InitialStreamWindowSize = StreamWindow;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindow;
        limits.Http2.MaxFrameSize = 1024 * 1024;
        limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        limits.Http2.KeepAlivePingDelay = KeepAlivePingDelay;
        limits.Http2.KeepAlivePingTimeout = KeepAlivePingTimeout;
    }
}
