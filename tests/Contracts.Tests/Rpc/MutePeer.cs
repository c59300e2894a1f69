using System.Net;
using System.Net.Sockets;

namespace Portico.Contracts.Tests.Rpc;

/// <summary>Speaks HTTP/2 until the settings are exchanged and never again.</summary>
internal sealed class MutePeer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private Socket? _socket;

    public MutePeer()
    {
        _listener.Start();
        Address = new Uri($"http://{_listener.LocalEndpoint}");
        _ = AcceptAsync();
    }

    public Uri Address { get; }

    public void Dispose()
    {
        _listener.Dispose();
        _socket?.Dispose();
    }

    private async Task AcceptAsync()
    {
        _socket = await _listener.AcceptSocketAsync();

        // An empty SETTINGS frame and the acknowledgement of the peer's.
        await _socket.SendAsync(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 4, 1, 0, 0, 0, 0 });
    }
}
