using System.Net.Sockets;
using Portico.Contracts.Protos.Gateway;
using Portico.Support;

namespace Portico.Gateway.Tests.Connections;

/// <summary>Peers that begin messages and do not end them, over real sockets.</summary>
public sealed class HalfMessageSocketTests
{
    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task HalfLines_OfManyPeers_HoldNoMoreMemoryThanTheLimitAndOthersAreServed(string transport)
    {
        await using var gateway = await RunningGateway.StartAsync(2, ("Gateway:Transport", transport), ("Gateway:Limits:PartialBytes", "8388608"), ("Gateway:Limits:ClosingSeconds", "1"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        using var second = await ScriptedWorker.AttachAsync(gateway, loop: 1);
        var half = new byte[900 * 1024];
        Array.Fill(half, (byte)'x');
        var clients = new List<RawClient>();
        for (var i = 0; i < 40; i++)
        {
            clients.Add(await RawClient.ConnectAsync(gateway.TextPort));
            await TrySendAsync(clients[^1], half);
        }

        await Guard.UntilAsync(() => clients.Count(IsClosed) >= 32, "the clients for which there is no room to be closed");

        // Each held message takes 1 MiB.
        var open = clients.Where(client => !IsClosed(client)).ToList();
        Assert.InRange(open.Count, 1, 8);
        await open[0].SendAsync("end\n"u8.ToArray());
        using var other = await RawClient.ConnectAsync(gateway.TextPort);
        await other.SendAsync("hello\n"u8.ToArray());
        var seen = await Task.WhenAny(TextsAsync(worker), TextsAsync(second));
        Assert.Contains(await seen, text => text is "hello" || text.EndsWith("xend", StringComparison.Ordinal));
        clients.ForEach(client => client.Dispose());
    }

    [Theory]
    [InlineData("text")]
    [InlineData("frame")]
    public async Task Peer_ThatNeverSpeaks_IsClosed(string scheme)
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Listen:1", scheme + "://127.0.0.1:0"), ("Gateway:Limits:SilentSeconds", "1"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        using var peer = await RawClient.ConnectAsync(gateway.TextPort);
        await worker.NextAsync(EventKind.Connect);

        Assert.Empty(await peer.ReceiveToEndAsync());
        Assert.Equal(4002u, (await worker.NextAsync(EventKind.Close)).CloseCode);
    }

    private static async Task<List<string>> TextsAsync(ScriptedWorker worker)
    {
        while (true)
        {
            var (_, next) = await worker.NextAsync();
            if (next.Kind == EventKind.Message)
            {
                return [next.Body.ToStringUtf8()];
            }
        }
    }

    private static async Task TrySendAsync(RawClient client, byte[] bytes)
    {
        try
        {
            await client.SendAsync(bytes);
        }
        catch (SocketException)
        {
            // Closed for want of room, before all of it was sent.
        }
    }

    private static bool IsClosed(RawClient client)
    {
        try
        {
            return client.Socket.Poll(0, SelectMode.SelectRead) && client.Socket.Available == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
