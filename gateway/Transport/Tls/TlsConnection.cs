using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Portico.Gateway.Transport.Tls;

/// <summary>An accepted socket whose TLS handshake is done.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="Stream">Its bytes.</param>
/// <param name="RemoteEndPoint">Address of the peer, or of the client that its preamble named.</param>
internal sealed record TlsConnection(Socket Socket, SslStream Stream, IPEndPoint RemoteEndPoint) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        Socket.Dispose();
    }
}
