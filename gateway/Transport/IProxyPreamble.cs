using System.Net;

namespace Portico.Gateway.Transport;

/// <summary>Reads what a proxy sends before the TLS handshake to name its client. Thread-safe.</summary>
internal interface IProxyPreamble
{
    /// <summary>The longest one in bytes.</summary>
    int MaxSize { get; }

    /// <summary>Whether a peer of this address may send one; from others it is not read.</summary>
    bool MayComeFrom(IPAddress peer);

    /// <summary>Reads one from the first bytes of a connection.</summary>
    /// <param name="input">All that came so far.</param>
    /// <param name="client">The client; null when none is named.</param>
    /// <returns>Its size, 0 when there is none, <see cref="NeedMore"/> or <see cref="Malformed"/>.</returns>
    int Read(ReadOnlySpan<byte> input, out IPEndPoint? client);

    /// <summary>It is not whole yet.</summary>
    const int NeedMore = -1;

    /// <summary>It can never become one.</summary>
    const int Malformed = -2;
}
