using System.Net;
using System.Net.Security;

namespace Portico.Gateway.Transport;

/// <summary>One address on which clients are accepted.</summary>
internal sealed record ListenerOptions
{
    /// <summary>Its number in the gateway's configuration, told with each socket.</summary>
    public required int Index { get; init; }

    /// <summary>Address and port; port 0 takes a free one.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>TLS with the certificate that this gives for each handshake, on any thread; null for no TLS.</summary>
    public Func<SslStreamCertificateContext>? Certificate { get; init; }

    /// <summary>
    /// What proxies send before the TLS handshake to name their client; null when none do. Without TLS it is left to the owner of the sockets.
    /// </summary>
    public IProxyPreamble? Preamble { get; init; }

    /// <summary>Connections that may wait to be accepted. Default 4096: a burst after a network cut; the kernel caps it (net.core.somaxconn).</summary>
    public int Backlog { get; init; } = 4096;
}
