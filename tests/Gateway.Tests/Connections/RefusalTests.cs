using Portico.Contracts.Results;
using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Protocols.WebSocket;
using static Portico.Gateway.Tests.Connections.LoopHarness;

namespace Portico.Gateway.Tests.Connections;

/// <summary>A client that breaks the protocol still gets the answers to what it sent before.</summary>
public sealed class RefusalTests
{
    private static readonly byte[] Message = ClientFrames.Frame(ClientFrames.Text, "one");
    private static readonly byte[] Violation = ClientFrames.Frame(ClientFrames.Text, "x", rsv: 2);

    private readonly LoopHarness _loop = new();

    [Fact]
    public void OnBytes_ViolationWhileTheWorkerHandlesAMessage_ClosesBehindItsAnswer()
    {
        var client = _loop.WebSocket();
        _loop.Events.Unhandled = true;

        client.OnBytes([.. Message, .. Violation, .. ClientFrames.Frame(ClientFrames.Ping, "late")]);
        _loop.Turn();
        Assert.Empty(SocketOf(client).Sent);
        client.OnHandled();
        client.Send("answer"u8, binary: false);
        _loop.Turn();

        var sent = SocketOf(client).Sent;
        Assert.Equal("answer"u8.ToArray(), ClientFrames.Read(sent[..8]).Payload);
        var (opcode, _, payload) = ClientFrames.Read(sent[8..]);
        Assert.Equal(ClientFrames.Close, opcode);
        Assert.Equal([0x03, 0xEA], payload[..2]);
        Assert.Equal($"{client.Id} close 1002", _loop.Events.Lines[^1]);
    }

    [Fact]
    public void OnBytes_ViolationWhileTheWorkerIsStuck_ClosesInTime()
    {
        var client = _loop.WebSocket();
        _loop.Events.Unhandled = true;

        client.OnBytes([.. Message, .. Violation]);
        _loop.Advance(4);
        Assert.Equal(ConnectionState.Open, client.State);
        _loop.Advance(2);

        Assert.Equal(ConnectionState.Closed, client.State);
        Assert.Equal($"{client.Id} close 1002", _loop.Events.Lines[^1]);
    }

    [Fact]
    public void CloseAll_WhileTheWorkerHandlesAMessage_SaysGoodbyeBehindItsAnswer()
    {
        var busy = _loop.WebSocket();
        _loop.Events.Unhandled = true;
        busy.OnBytes([.. Message]);

        _loop.Clients.CloseAll(CloseReason.Drained, TimeSpan.FromSeconds(2));
        busy.OnBytes(ClientFrames.Frame(ClientFrames.Text, "too late"));
        _loop.Turn();
        Assert.Empty(SocketOf(busy).Sent);
        busy.OnHandled();
        busy.Send("answer"u8, binary: false);
        _loop.Turn();

        var sent = SocketOf(busy).Sent;
        Assert.Equal("answer"u8.ToArray(), ClientFrames.Read(sent[..8]).Payload);
        var (opcode, _, payload) = ClientFrames.Read(sent[8..]);
        Assert.Equal(ClientFrames.Close, opcode);
        Assert.Equal([0x03, 0xE9, .. "gateway is leaving"u8], payload);
        Assert.DoesNotContain(_loop.Events.Lines, line => line.Contains("too late", StringComparison.Ordinal));
    }

    [Fact]
    public void CloseAll_WhileTheWorkerIsStuck_SaysGoodbyeInTime()
    {
        var client = _loop.WebSocket();
        _loop.Events.Unhandled = true;
        client.OnBytes([.. Message]);

        _loop.Clients.CloseAll(CloseReason.Drained, TimeSpan.FromSeconds(2));
        _loop.Advance(1);
        Assert.Equal(ConnectionState.Open, client.State);
        _loop.Advance(2);

        Assert.Equal(ConnectionState.Closed, client.State);
        Assert.Equal($"{client.Id} close 1001", _loop.Events.Lines[^1]);
    }

    [Fact]
    public void OnBytes_ViolationOfAnIdleClient_ClosesAtOnce()
    {
        var client = _loop.WebSocket();

        client.OnBytes(Violation);
        _loop.Turn();

        Assert.Equal(ConnectionState.Closed, client.State);
    }

    [Fact]
    public void Destroy_WhileRefused_EndsOnce()
    {
        var client = _loop.WebSocket();
        _loop.Events.Unhandled = true;
        client.OnBytes(Violation);

        client.Destroy(Contracts.Results.CloseReason.Kicked);
        client.OnHandled();
        _loop.Turn();

        Assert.Single(_loop.Events.Lines, line => line.Contains("close", StringComparison.Ordinal));
    }
}
