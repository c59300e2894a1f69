using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Protocols.WebSocket;
using static Portico.Gateway.Tests.Connections.LoopHarness;

namespace Portico.Gateway.Tests.Connections;

public sealed class HeartbeatTests
{
    [Fact]
    public void SilentClient_IsPingedTwiceThenClosed()
    {
        var loop = new LoopHarness { PingInterval = TimeSpan.FromSeconds(10) };
        var client = loop.WebSocket();

        loop.Advance(9.5);
        Assert.Empty(SocketOf(client).Sent);
        loop.Advance(2);
        Assert.Equal(ClientFrames.Ping, ClientFrames.Read(SocketOf(client).Take()).Opcode);
        loop.Advance(10);
        Assert.Equal(ClientFrames.Ping, ClientFrames.Read(SocketOf(client).Take()).Opcode);
        loop.Advance(10);

        Assert.Equal($"{client.Id} close 4002", loop.Events.Lines[^1]);
        Assert.Equal(ClientFrames.Close, ClientFrames.Read(SocketOf(client).Take()).Opcode);
        Assert.Equal(1, loop.Clients.Counters.TimedOut);
    }

    [Fact]
    public void AnyFrame_CountsAsLife()
    {
        var loop = new LoopHarness { PingInterval = TimeSpan.FromSeconds(10) };
        var client = loop.WebSocket();

        for (var i = 0; i < 20; i++)
        {
            loop.Advance(8);
            client.OnBytes(ClientFrames.Frame(ClientFrames.Pong, ""));
        }

        Assert.Equal(ConnectionState.Open, client.State);
        Assert.Empty(SocketOf(client).Sent);
    }

    [Fact]
    public void PingData_GoesToOldClientsOnTheRootPathAsAMessage()
    {
        var loop = new LoopHarness { PingInterval = TimeSpan.FromSeconds(10), PingData = "{\"type\":\"ping\"}"u8.ToArray() };
        var old = loop.WebSocket();
        var text = loop.Text();
        var modern = loop.WebSocket(headers: "Sec-WebSocket-Protocol: portico.v1\r\n");
        var elsewhere = loop.WebSocket("/service?token=1");

        loop.Advance(12);

        Assert.Equal(ClientFrames.Text, ClientFrames.Read(SocketOf(old).Take()).Opcode);
        Assert.Equal("{\"type\":\"ping\"}\n", Sent(text));
        Assert.Equal(ClientFrames.Ping, ClientFrames.Read(SocketOf(modern).Take()).Opcode);
        Assert.Equal(ClientFrames.Ping, ClientFrames.Read(SocketOf(elsewhere).Take()).Opcode);
    }

    [Fact]
    public void TextClientWithoutPingData_IsNeverJudged()
    {
        var loop = new LoopHarness { PingInterval = TimeSpan.FromSeconds(1) };
        var client = loop.Text();

        loop.Advance(60);

        Assert.Equal(ConnectionState.Open, client.State);
    }

    [Fact]
    public void PausedClient_IsNotJudged()
    {
        var loop = new LoopHarness { PingInterval = TimeSpan.FromSeconds(2) };
        var client = loop.WebSocket();

        client.PauseReading(PauseCause.Parked);
        loop.Advance(60);
        Assert.Empty(SocketOf(client).Sent);
        client.ResumeReading(PauseCause.Parked);
        loop.Advance(3);

        Assert.Equal(ConnectionState.Open, client.State);
        Assert.Equal(ClientFrames.Ping, ClientFrames.Read(SocketOf(client).Take()).Opcode);
    }

    [Fact]
    public void HandshakeThatDoesNotCome_IsClosed()
    {
        var loop = new LoopHarness { Limits = new ClientLimits { HandshakeTimeout = TimeSpan.FromSeconds(3) } };
        var client = loop.Raw();
        client.OnBytes("GET / HT"u8.ToArray());

        loop.Advance(2.5);
        Assert.Equal(ConnectionState.Opening, client.State);
        client.OnBytes("TP/1.1"u8.ToArray());
        loop.Advance(1);

        Assert.Equal($"{client.Id} close 4002", loop.Events.Lines[^1]);
    }

    [Fact]
    public void FirstMessage_MustComeInTimeUnlessBound()
    {
        var loop = new LoopHarness { Limits = new ClientLimits { FirstMessageTimeout = TimeSpan.FromSeconds(5) } };
        var silent = loop.Text();
        var speaking = loop.Text();
        var bound = loop.Text();
        speaking.OnBytes("hello\n"u8.ToArray());
        loop.Clients.Uids.Bind(bound, "u"u8);

        loop.Advance(6);

        Assert.Equal(ConnectionState.Closed, silent.State);
        Assert.Equal(ConnectionState.Open, speaking.State);
        Assert.Equal(ConnectionState.Open, bound.State);
    }

    [Fact]
    public void IdleTime_CountsMessagesOnly()
    {
        var loop = new LoopHarness { Limits = new ClientLimits { IdleTimeout = TimeSpan.FromSeconds(30) } };
        var talking = loop.WebSocket();
        var ponging = loop.WebSocket();

        for (var i = 0; i < 4; i++)
        {
            loop.Advance(10);
            talking.OnBytes(ClientFrames.Frame(ClientFrames.Text, "x"));
            ponging.OnBytes(ClientFrames.Frame(ClientFrames.Pong, ""));
        }

        Assert.Equal(ConnectionState.Open, talking.State);
        Assert.True(ponging.IsLeaving);
    }

    [Fact]
    public void Wheel_AfterALongSleep_LooksAtEveryoneOnce()
    {
        var loop = new LoopHarness { PingInterval = TimeSpan.FromSeconds(10) };
        var clients = Enumerable.Range(0, 2000).Select(_ => loop.WebSocket()).ToArray();

        loop.Clients.OnTick(5_000_000 + 3_600_000);
        loop.Turn();

        Assert.All(clients, client => Assert.Equal(ClientFrames.Ping, ClientFrames.Read(SocketOf(client).Take()).Opcode));
        Assert.Equal(2000, loop.Clients.Counters.Pings);
    }
}
