using System.Text;
using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Protocols.WebSocket;
using static Portico.Gateway.Tests.Connections.LoopHarness;

namespace Portico.Gateway.Tests.Connections;

public sealed class ClientOutputTests
{
    private readonly LoopHarness _loop = new();

    [Fact]
    public void Send_SeveralInOneTurn_LeaveInOneWrite()
    {
        var client = _loop.Text();

        client.Send("a"u8, binary: false);
        client.Send("b"u8, binary: false);
        client.SendRaw("raw"u8);
        _loop.Turn();

        Assert.Equal("a\nb\nraw", Sent(client));
        Assert.Equal(1, SocketOf(client).Writes);
        Assert.Equal(0, client.PendingBytes);
    }

    [Fact]
    public void Send_BeforeHandshake_WaitsForIt()
    {
        var client = _loop.Raw();

        client.Send("early"u8, binary: false);
        _loop.Turn();
        Assert.Empty(SocketOf(client).Sent);
        client.OnBytes(Handshake());
        _loop.Turn();

        var sent = SocketOf(client).Sent;
        var body = sent.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.Equal("early"u8.ToArray(), ClientFrames.Read(sent[body..]).Payload);
    }

    [Fact]
    public void Send_KernelTakesPieces_NothingIsLostOrDoubled()
    {
        var client = _loop.Text();
        var socket = SocketOf(client);
        socket.Room = 3;
        var expected = new StringBuilder();
        for (var i = 0; i < 5000; i++)
        {
            expected.Append(i).Append('\n');
            client.Send(Encoding.UTF8.GetBytes($"{i}"), binary: false);
            if (i % 100 == 0)
            {
                _loop.Turn();
                socket.MakeRoom(i % 700);
            }
        }

        socket.MakeRoom();

        Assert.Equal(expected.ToString(), Sent(client));
        Assert.Equal(0, client.PendingBytes);
    }

    [Fact]
    public void Send_BeyondTheLimit_ClosesAsSlowConsumer()
    {
        var loop = new LoopHarness { Limits = new ClientLimits { SendToClientBufferSize = 1000 } };
        var client = loop.WebSocket();
        SocketOf(client).Room = 0;

        Assert.True(client.Send(new byte[5000], binary: true));
        loop.Turn();
        var more = 0;
        while (client.Send(new byte[100], binary: true))
        {
            more++;
        }

        Assert.InRange(more, 7, 10);
        Assert.Equal(ConnectionState.Closing, client.State);
        Assert.Null(loop.Clients.Table.Find(client.Id));
        SocketOf(client).MakeRoom();
        Assert.Equal($"{client.Id} close 4008", loop.Events.Lines[^1]);
        Assert.Equal(1, loop.Clients.Counters.SlowConsumers);
    }

    [Fact]
    public void Send_ManyMessagesInOneTurnToAFastReader_IsNoOverflow()
    {
        var loop = new LoopHarness { Limits = new ClientLimits { SendToClientBufferSize = 100_000 } };
        var client = loop.Text();

        for (var i = 0; i < 1000; i++)
        {
            Assert.True(client.Send(new byte[1000], binary: false));
        }

        loop.Turn();
        Assert.Equal(1_001_000, SocketOf(client).Sent.Length);
    }
}
