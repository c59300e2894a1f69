using System.Net.Sockets;
using Portico.Gateway.Transport;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

public sealed class TlsHandshakeTests
{
    [Fact]
    public async Task Listener_GarbageInsteadOfTls_IsClosedAndOthersAreServed()
    {
        await using var harness = SecuredHarness.Create(TransportKind.Auto, 1, null, new TransportOptions { TlsHandshakes = 2 });
        harness.Configure = socket => socket.Echoes = true;

        for (var i = 0; i < 5; i++)
        {
            using var garbage = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await garbage.ConnectAsync(harness.Listener.EndPoint).Guarded();
            await garbage.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray()).Guarded();
            await DrainAsync(garbage);
        }

        var (peer, _) = await harness.ConnectAsync();
        await peer.SendAsync("secret"u8.ToArray());
        Assert.Equal("secret"u8.ToArray(), await peer.ReceiveAsync(6));
    }

    [Fact]
    public async Task Listener_ClientsThatNeverShakeHands_GiveTheirPlaceBack()
    {
        var clock = new FakeClock();
        await using var harness = SecuredHarness.Create(TransportKind.Auto, 1, clock, new TransportOptions { TlsHandshakes = 2 });
        var silent = new List<Socket>();
        for (var i = 0; i < 2; i++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(harness.Listener.EndPoint).Guarded();
            silent.Add(socket);
        }

        // Time goes on only until they are gone: who comes for their place has a deadline too.
        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(11));
                return silent.TrueForAll(socket => socket.Poll(0, SelectMode.SelectRead));
            },
            "a place");

        var (peer, _) = await harness.ConnectAsync();
        peer.Dispose();
        silent.ForEach(socket => socket.Dispose());
    }

    private static async Task DrainAsync(Socket socket)
    {
        try
        {
            var buffer = new byte[1024];
            while (await socket.ReceiveAsync(buffer).Guarded() > 0)
            {
            }
        }
        catch (SocketException)
        {
            // A reset is a close too.
        }
    }
}
