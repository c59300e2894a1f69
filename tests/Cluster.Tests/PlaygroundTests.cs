using System.Net.WebSockets;
using System.Text;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>The playground across two gateways and two workers.</summary>
public sealed class PlaygroundTests
{
    [Fact]
    public async Task Playground_AcrossGateways_AnswersAsItsTableSays()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 2, workers: 2, "playground=/");
        await using var one = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[0]));
        await using var two = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[1]));

        await one.SendAsync("""{"type":"bind","uid":"alice"}""");
        Assert.Equal(1, (await one.ReceiveTypeAsync("bind")).GetProperty("ok").GetInt32());
        await two.SendAsync("""{"type":"send","toClientUid":"alice","content":"hi"}""");
        Assert.Equal("hi", (await one.ReceiveTypeAsync("reception")).GetProperty("content").GetString());

        await one.SendAsync("""{"type":"join","group":"g"}""");
        Assert.Equal(1, (await one.ReceiveTypeAsync("join")).GetProperty("ok").GetInt32());
        await two.SendAsync("""{"type":"group","group":"g","content":"to the group"}""");
        Assert.Equal("to the group", (await one.ReceiveTypeAsync("group")).GetProperty("content").GetString());

        await two.SendAsync("""{"type":"broadcast","content":"to all"}""");
        Assert.Equal("to all", (await one.ReceiveTypeAsync("broadcast")).GetProperty("content").GetString());
        Assert.Equal("to all", (await two.ReceiveTypeAsync("broadcast")).GetProperty("content").GetString());

        await two.SendAsync("anything else");
        Assert.Equal("anything else", await two.ReceiveAsync());
        byte[] binary = [0, 255, 1, 254];
        await two.Socket.SendAsync(binary, WebSocketMessageType.Binary, true, CancellationToken.None).Guarded();
        var buffer = new byte[16];
        var echoed = await two.Socket.ReceiveAsync(buffer, CancellationToken.None).Guarded();
        Assert.Equal(WebSocketMessageType.Binary, echoed.MessageType);
        Assert.Equal(binary, buffer[..echoed.Count]);
    }

    [Fact]
    public async Task Echo_ManyMessagesOfAllSizes_ComesBackWholeAndInOrder()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 2, "playground=/");
        await using var client = await TestClient.ConnectAsync(cluster.WebSocketAddress(cluster.Gateways[0]));

        // Less on the way at once than an outbox holds: who sends without reading is closed as a slow reader, and rightly.
        int[][] bursts = [[0, 1, 125, 126, 127, 65535, 65536, 300_000], [1_000_000], [1, 300_000, 2]];
        for (var round = 0; round < 20; round++)
        {
            foreach (var burst in bursts)
            {
                foreach (var size in burst)
                {
                    await client.SendAsync(Message(round, size));
                }

                foreach (var size in burst)
                {
                    Assert.Equal(Message(round, size), await client.ReceiveAsync());
                }
            }
        }

        Assert.Empty(cluster.UnexpectedErrors());
    }

    private static string Message(int round, int size) => $"{round}:{size}:" + new string((char)('a' + round), size);

    [Fact]
    public async Task UnknownPath_IsClosedWithAReasonThatNamesIt()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "playground=/");
        await using var client = await TestClient.ConnectAsync(cluster.WebSocketAddress(cluster.Gateways[0], "/nowhere"));

        Assert.Null(await client.ReceiveAsync());

        Assert.Equal(1013, (int)client.Socket.CloseStatus!);
        Assert.Contains("/nowhere", client.Socket.CloseStatusDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TextAndFrameListeners_EchoInTheirOwnFraming()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "playground=/");
        using var text = await RawClient.ConnectAsync(cluster.TextPort(cluster.Gateways[0]));
        using var frame = await RawClient.ConnectAsync(cluster.FramePort(cluster.Gateways[0]));

        await text.SendAsync("one\r\ntwo\n"u8.ToArray());
        await frame.SendAsync([0, 0, 0, 7, .. "abc"u8, 0, 0, 0, 4]);

        Assert.Equal("one\ntwo\n", Encoding.UTF8.GetString(await text.ReceiveAsync(8)));
        Assert.Equal([0, 0, 0, 7, .. "abc"u8, 0, 0, 0, 4], await frame.ReceiveAsync(11));
    }
}
