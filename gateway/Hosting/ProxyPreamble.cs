using System.Net;
using Portico.Gateway.Protocols.Proxies;
using Portico.Gateway.Transport;
using Portico.Hosting.Proxies;

namespace Portico.Gateway.Hosting;

/// <summary>PROXY protocol headers before TLS, from trusted proxies alone.</summary>
internal sealed class ProxyPreamble(ClientAddressRule rule) : IProxyPreamble
{
    /// <inheritdoc/>
    public int MaxSize => ProxyHeader.MaxSize;

    /// <inheritdoc/>
    public bool MayComeFrom(IPAddress peer) => rule.IsTrusted(peer);

    /// <inheritdoc/>
    public int Read(ReadOnlySpan<byte> input, out IPEndPoint? client) => ProxyHeader.TryRead(input, out client, out var consumed) switch
    {
        ProxyHeaderStatus.NeedMore => IProxyPreamble.NeedMore,
        ProxyHeaderStatus.Malformed => IProxyPreamble.Malformed,
        _ => consumed,
    };
}
