using System.Net;
using Portico.Gateway.Protocols;

namespace Portico.Gateway.Hosting;

/// <summary>One entry of <c>Gateway:Listen</c>: an address, or a section with <c>Url</c> and what differs from the rest.</summary>
internal sealed record ListenOptions
{
    /// <summary>As configured, for example "websocket://0.0.0.0:8282".</summary>
    public required string Url { get; init; }

    /// <summary>What it speaks.</summary>
    public required ListenerProtocol Protocol { get; init; }

    /// <summary>Where it listens; port 0 takes a free one.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>TLS: PEM or PFX file; null for none.</summary>
    public string? Certificate { get; init; }

    /// <summary>TLS: PEM file of the key when it is not in <see cref="Certificate"/>.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>TLS: password of the file; null for none.</summary>
    public string? CertificatePassword { get; init; }

    /// <summary>Seconds between heartbeats; 0 is off. Default: <c>Gateway:PingInterval</c>.</summary>
    public required int PingInterval { get; init; }

    /// <summary>Unanswered heartbeats that close the client; 0 never does. Default: <c>Gateway:PingNotResponseLimit</c>.</summary>
    public required int PingNotResponseLimit { get; init; }

    /// <summary>A message that replaces the ping frame for old clients on path <c>/</c>; null for ping frames. Default none.</summary>
    public string? PingData { get; init; }

    /// <summary>Origins that browsers may come from, as they stand in the header; empty: any. Default any, since the token decides.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Networks whose X-Forwarded-For and X-Real-IP are believed. Default none.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>permessage-deflate is negotiated. Default off: it costs memory and CPU for each client.</summary>
    public bool Compression { get; init; }
}
