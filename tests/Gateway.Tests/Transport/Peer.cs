using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

/// <summary>The remote end of a test connection, in the clear or with TLS.</summary>
internal sealed class Peer : IDisposable
{
    private readonly Socket _socket;
    private readonly Stream _stream;

    private Peer(Socket socket, Stream stream)
    {
        _socket = socket;
        _stream = stream;
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public static async Task<Peer> OpenAsync(Socket socket, bool secured)
    {
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (!secured)
        {
            return new Peer(socket, stream);
        }

        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is X509Certificate2 { Subject: "CN=localhost" },
        }).Guarded();
        return new Peer(socket, tls);
    }

    public Task SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes).AsTask().Guarded();

    public async Task<byte[]> ReceiveAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes).AsTask().Guarded();
        return bytes;
    }

    /// <summary>Everything until the other side's end.</summary>
    public async Task<byte[]> ReceiveToEndAsync()
    {
        var all = new MemoryStream();
        await _stream.CopyToAsync(all).Guarded();
        return all.ToArray();
    }

    public async Task ShutdownSendAsync()
    {
        if (_stream is SslStream tls)
        {
            await tls.ShutdownAsync().Guarded();
        }

        _socket.Shutdown(SocketShutdown.Send);
    }

    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Dispose();
    }

    public void Dispose() => _stream.Dispose();
}
