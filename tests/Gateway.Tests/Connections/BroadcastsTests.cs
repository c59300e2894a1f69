using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;
using static Portico.Gateway.Tests.Connections.LoopHarness;

namespace Portico.Gateway.Tests.Connections;

public sealed class BroadcastsTests
{
    private readonly LoopHarness _loop = new();

    private ClientConnection[] Crowd(int count) => [.. Enumerable.Range(0, count).Select(_ => _loop.Text())];

    private void SendToAll(string text, uint[]? exclude = null, string? subprotocol = null, bool except = false)
    {
        var message = _loop.Clients.Prepare(Encoding.UTF8.GetBytes(text), binary: false, raw: false);
        _loop.Clients.Broadcasts.Add(new Broadcast(_loop.Clients.Table.All, message, new Audience(exclude, subprotocol, except)));
        message.Release();
    }

    [Fact]
    public void Continue_ManyClients_YieldsBetweenTurns()
    {
        var clients = Crowd(10_000);

        SendToAll("x");
        var turns = _loop.Turn();

        Assert.InRange(turns, 10, 100);
        Assert.All(clients, client => Assert.Equal("x\n", Sent(client)));
        Assert.All(clients, client => Assert.Equal(1, SocketOf(client).Writes));
    }

    [Fact]
    public void Send_WhileABroadcastIsUnderWay_ComesAfterIt()
    {
        var clients = Crowd(5000);
        SendToAll("all");
        _ = _loop.Clients.AfterInbox();

        clients[4999].Send("direct"u8, binary: false);
        clients[0].Send("direct"u8, binary: false);
        SendToAll("second");
        _loop.Turn();

        Assert.Equal("all\ndirect\nsecond\n", Sent(clients[4999]));
        Assert.Equal("all\ndirect\nsecond\n", Sent(clients[0]));
        Assert.Equal("all\nsecond\n", Sent(clients[2500]));
    }

    [Fact]
    public void Continue_SeveralWaiting_GoInOneWrite()
    {
        var clients = Crowd(1000);

        SendToAll("1");
        SendToAll("2");
        SendToAll("3");
        _loop.Turn();

        Assert.All(clients, client => Assert.Equal("1\n2\n3\n", Sent(client)));
        Assert.All(clients, client => Assert.Equal(1, SocketOf(client).Writes));
    }

    [Fact]
    public void ConnectedAfterwards_GetsNothing()
    {
        var clients = Crowd(2000);
        SendToAll("old");
        _ = _loop.Clients.AfterInbox();

        var late = _loop.Text();
        _loop.Turn();

        Assert.Equal("", Sent(late));
        Assert.Equal("old\n", Sent(clients[1999]));
    }

    [Fact]
    public void LeavesAndClosesUnderWay_NobodyIsSkippedOrTold()
    {
        var clients = Crowd(4000);
        SendToAll("x");
        _ = _loop.Clients.AfterInbox();
        for (var i = 0; i < 4000; i += 2)
        {
            clients[i].Destroy(CloseReason.Kicked);
        }

        clients[3999].Close(CloseReason.Kicked);
        _loop.Turn();

        Assert.All(Enumerable.Range(0, 2000), i => Assert.Equal("x\n", Sent(clients[(2 * i) + 1])));
        Assert.Equal(1999, _loop.Clients.Table.Count);
        Assert.True(_loop.Clients.Table.All.Slots.Length <= 4000);
    }

    [Fact]
    public void Audience_ExcludesNumbersAndSubprotocols()
    {
        var clients = Crowd(100);
        var modern = _loop.WebSocket(headers: "Sec-WebSocket-Protocol: portico.v1\r\n");

        SendToAll("a", exclude: [clients[3].Id, clients[70].Id]);
        SendToAll("m", subprotocol: "portico.v1");
        SendToAll("o", subprotocol: "portico.v1", except: true);
        _loop.Turn();

        Assert.Equal("o\n", Sent(clients[3]));
        Assert.Equal("a\no\n", Sent(clients[4]));
        Assert.Equal(6, SocketOf(modern).Sent.Length);
    }

    [Fact]
    public void Group_LeftUnderWay_StillGetsWhatWasSentBefore()
    {
        var clients = Crowd(3000);
        var groups = _loop.Clients.Groups;
        Array.ForEach(clients, client => groups.Join(client, "g"u8));
        var message = _loop.Clients.Prepare("to g"u8, binary: false, raw: false);
        _loop.Clients.Broadcasts.Add(new Broadcast(groups.Find("g"u8)!, message, default));
        message.Release();
        _ = _loop.Clients.AfterInbox();

        clients[2999].Settle();
        groups.Leave(clients[2999], "g"u8);
        _loop.Turn();

        Assert.Equal("to g\n", Sent(clients[2999]));
        Assert.Equal("to g\n", Sent(clients[2998]));
    }

    [Fact]
    public void SlowReaders_ShareTheBytesAndAreClosedWhenFull()
    {
        var clients = Crowd(50);
        foreach (var client in clients)
        {
            SocketOf(client).Room = 10;
        }

        var big = new string('x', 300_000);
        for (var i = 0; i < 6; i++)
        {
            SendToAll(big);
            _loop.Turn();
        }

        Assert.All(clients, client => Assert.Equal(ConnectionState.Closing, client.State));
        Assert.Equal(50, _loop.Clients.Counters.SlowConsumers);
        foreach (var client in clients)
        {
            SocketOf(client).MakeRoom();
        }

        Assert.All(clients, client => Assert.Equal(4 * 300_001, SocketOf(client).Sent.Length));
        Assert.Equal(50, _loop.Clients.Counters.Closed);
    }

    [Fact]
    public void Add_WithoutEnd_DoesNotQueueWithoutEnd()
    {
        var clients = Crowd(100);

        for (var i = 0; i < 2000; i++)
        {
            SendToAll("x");
        }

        Assert.NotEmpty(SocketOf(clients[0]).Sent);
        _loop.Turn();
        Assert.All(clients, client => Assert.Equal(4000, SocketOf(client).Sent.Length));
    }
}
