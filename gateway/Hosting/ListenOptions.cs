using System.Net;
using Portico.Gateway.Protocols;
using Portico.Hosting.Proxies;

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

    /// <summary>Networks of proxies that may name the address of their client, where <see cref="ClientAddressFrom"/> says. Default none.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>
    /// Where the <see cref="TrustedProxies"/> put the client's address: "peer" (nowhere), "proxy" (PROXY protocol, before TLS), "x-forwarded-for" or
    /// "x-real-ip". It must be
    /// set with them, since a client can send whichever a proxy does not overwrite. A proxy's connection without it keeps the proxy's address. Default peer.
    /// </summary>
    public ClientAddressSource ClientAddressFrom { get; init; }

    /// <summary>Subprotocols that are selected from; a client that offers none of them gets none. Default <c>portico.v1</c>.</summary>
    public IReadOnlyList<string> Subprotocols { get; init; } = ["portico.v1"];

    /// <summary>
    /// permessage-deflate is agreed on with clients that ask. Default: <c>Gateway:Compression</c>, true: without context takeover an idle
    /// client holds no memory for it, and a message is compressed once for all.
    /// </summary>
    public bool Compression { get; init; } = true;

    /// <summary>
    /// Compression windows live on from message to message, on both sides, where the client agrees. Default false: smaller messages for
    /// 300 KiB a client, and nothing can be shared.
    /// </summary>
    public bool ContextTakeover { get; init; }

    /// <summary>Our largest compression window as a power of two, 8 to 15; less compresses every client's messages anew. Default 15.</summary>
    public int WindowBits { get; init; } = 15;
}
