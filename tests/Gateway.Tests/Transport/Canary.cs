namespace Portico.Gateway.Tests.Transport;

/// <summary>Bytes to recognise, and peers that show that a loop goes on.</summary>
internal static class Canary
{
    public static byte[] Payload(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static async Task EchoAsync(Peer peer, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await peer.SendAsync("canary"u8.ToArray());
            Assert.Equal("canary"u8.ToArray(), await peer.ReceiveAsync(6));
        }
    }

    public static async Task EchoBesideAsync(TransportHarness harness)
    {
        var (peer, socket) = await harness.ConnectAsync();
        await socket.DoAsync(_ => socket.Echoes = true);
        await EchoAsync(peer, 20);
    }
}
