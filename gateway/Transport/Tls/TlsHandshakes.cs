using System.ComponentModel;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace Portico.Gateway.Transport.Tls;

/// <summary>The TLS handshakes of one listener: so many at a time, each in so much time.</summary>
internal sealed class TlsHandshakes(Func<SslStreamCertificateContext> certificate, IProxyPreamble? preamble, TransportOptions options, TimeProvider clock)
    : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.TlsHandshakes);

    /// <summary>Waits until one more may begin; until then further sockets stay in the backlog.</summary>
    public Task WaitForPlaceAsync(CancellationToken stop) => _places.WaitAsync(stop);

    /// <summary>Nobody came for the place.</summary>
    public void FreePlace() => _places.Release();

    /// <summary>
    /// Reads the preamble, where the peer may send one, and does the handshake, both in the place that was waited for, and frees it. Null when the
    /// client did not
    /// manage; its socket is closed then.
    /// </summary>
    public async Task<TlsConnection?> TryAsync(Socket socket, IPEndPoint peer, CancellationToken stop)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: false), leaveInnerStreamOpen: false);
        try
        {
            using var limit = new CancellationTokenSource(options.TlsHandshakeTime, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
            var client = preamble?.MayComeFrom(peer.Address) == true ? await PreambleReader.ReadAsync(socket, preamble, either.Token) : null;
            await stream.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = certificate(),
                    ApplicationProtocols = [SslApplicationProtocol.Http11],
                    AllowRenegotiation = false,
                },
                either.Token);
            return new TlsConnection(socket, stream, client ?? peer);
        }
        catch (Exception exception) when (exception is IOException or AuthenticationException or SocketException or OperationCanceledException
            or ObjectDisposedException or Win32Exception or InvalidOperationException)
        {
            // Whatever it was (no TLS, no common version, too slow), only this client is concerned.
            await stream.DisposeAsync();
            socket.Dispose();
            return null;
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();
}
