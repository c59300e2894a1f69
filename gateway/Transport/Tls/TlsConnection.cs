using System.Net.Security;
using System.Net.Sockets;

namespace Portico.Gateway.Transport.Tls;

/// <summary>An accepted socket whose TLS handshake is done.</summary>
internal sealed record TlsConnection(Socket Socket, SslStream Stream) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        Socket.Dispose();
    }
}
