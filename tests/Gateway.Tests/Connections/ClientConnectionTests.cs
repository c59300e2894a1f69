using System.Net.Sockets;
using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Protocols.WebSocket;
using static Portico.Gateway.Tests.Connections.LoopHarness;

namespace Portico.Gateway.Tests.Connections;

public sealed class ClientConnectionTests
{
    private readonly LoopHarness _loop = new();

    [Fact]
    public void OnBytes_LinesInPieces_BecomeMessagesInOrder()
    {
        var client = _loop.Text();

        client.OnBytes("one\ntw"u8.ToArray());
        client.OnBytes("o\n"u8.ToArray());

        Assert.Equal([$"{client.Id} connect", $"{client.Id} message one", $"{client.Id} message two"], _loop.Events.Lines);
    }

    [Fact]
    public void OnBytes_HandshakeByteByByte_TellsWorkerBeforeTheAnswerLeaves()
    {
        var client = _loop.Raw();
        var sentAtOpen = -1;
        _loop.Events.OnOpenDo = c => sentAtOpen = SocketOf(c).Sent.Length;

        foreach (var one in Handshake("/room?x=1", "Sec-WebSocket-Protocol: portico.v1\r\n"))
        {
            client.OnBytes(new[] { one });
        }

        _loop.Turn();
        Assert.Equal(0, sentAtOpen);
        Assert.StartsWith("HTTP/1.1 101", Sent(client));
        Assert.Equal($"{client.Id} open /room portico.v1", _loop.Events.Lines[^1]);
        Assert.Equal(ConnectionState.Open, client.State);
        Assert.Equal(Handshake("/room?x=1", "Sec-WebSocket-Protocol: portico.v1\r\n"), client.RequestHead);
    }

    [Fact]
    public void Close_WithMessagesWaiting_SendsThemThenTheGoodbyeThenTells()
    {
        var client = _loop.WebSocket();
        client.Send("last"u8, binary: false);

        client.Close(new CloseReason(4100, "enough"));
        Assert.Null(_loop.Clients.Table.Find(client.Id));
        Assert.DoesNotContain($"{client.Id} close 4100", _loop.Events.Lines);
        _loop.Turn();

        var sent = SocketOf(client).Take();
        Assert.Equal("last"u8.ToArray(), ClientFrames.Read(sent[..6]).Payload);
        Assert.Equal([0x10, 0x04, .. "enough"u8], ClientFrames.Read(sent[6..]).Payload);
        Assert.True(SocketOf(client).Closed);
        Assert.Equal($"{client.Id} close 4100", _loop.Events.Lines[^1]);
        Assert.False(client.Send("no"u8, binary: false));
    }

    [Fact]
    public void Close_TextClientWithNothingWaiting_TellsInTheSameTurnButNotInTheCall()
    {
        var client = _loop.Text();

        client.Close(CloseReason.Kicked);
        Assert.DoesNotContain(_loop.Events.Lines, line => line.Contains("close", StringComparison.Ordinal));
        _loop.Turn();

        Assert.Equal($"{client.Id} close 1000", _loop.Events.Lines[^1]);
        Assert.Equal(0, _loop.Clients.Leaving.Count);
    }

    [Fact]
    public void Close_PeerDoesNotRead_EndsAtTheDeadline()
    {
        var client = _loop.WebSocket();
        SocketOf(client).Room = 0;
        client.Send("stuck"u8, binary: false);

        client.Close(CloseReason.Kicked);
        _loop.Advance(4.5);
        Assert.False(SocketOf(client).IsClosed);
        _loop.Advance(1);

        Assert.True(SocketOf(client).Aborted);
        Assert.Equal($"{client.Id} close 1000", _loop.Events.Lines[^1]);
    }

    [Fact]
    public void Destroy_DropsWhatWaitsAtOnce()
    {
        var client = _loop.Text();
        client.Send("never"u8, binary: false);

        client.Destroy(CloseReason.Kicked);
        _loop.Turn();

        Assert.True(SocketOf(client).Aborted);
        Assert.Empty(SocketOf(client).Sent);
        Assert.Single(_loop.Events.Lines, $"{client.Id} close 1000");
        Assert.Equal(0, _loop.Clients.Table.Count);
    }

    [Fact]
    public void OnEnd_OfTextClient_WritesWhatWaitsAndTells()
    {
        var client = _loop.Text();
        client.Send("answer"u8, binary: false);

        client.OnEnd();

        Assert.Equal("answer\n", Sent(client));
        Assert.Equal($"{client.Id} close 1000", _loop.Events.Lines[^1]);
    }

    [Fact]
    public void OnError_IsToldAsBroken()
    {
        var client = _loop.Text();

        client.OnError(SocketError.ConnectionReset);

        Assert.Equal($"{client.Id} close 1006", _loop.Events.Lines[^1]);
        Assert.Equal(1, _loop.Clients.Counters.Broken);
    }

    [Fact]
    public void OnBytes_CloseFrame_IsEchoedAndTold()
    {
        var client = _loop.WebSocket();

        client.OnBytes(ClientFrames.CloseFrame(1001, "bye"));

        Assert.Equal(ClientFrames.Close, ClientFrames.Read(SocketOf(client).Take()).Opcode);
        Assert.True(SocketOf(client).Closed);
        Assert.Equal($"{client.Id} close 1001", _loop.Events.Lines[^1]);
    }

    [Fact]
    public void OnBytes_BrokenProtocol_AnswersAndCloses()
    {
        var client = _loop.WebSocket();

        client.OnBytes(ClientFrames.Frame(ClientFrames.Text, "x", rsv: 2));
        client.OnBytes(ClientFrames.Frame(ClientFrames.Text, "after"));

        Assert.Equal(ClientFrames.Close, ClientFrames.Read(SocketOf(client).Take()).Opcode);
        Assert.Equal($"{client.Id} close 1002", _loop.Events.Lines[^1]);
        Assert.Equal(1, _loop.Clients.Counters.Refused);
    }

    [Fact]
    public void OnBytes_Ping_IsAnswered()
    {
        var client = _loop.WebSocket();

        client.OnBytes(ClientFrames.Frame(ClientFrames.Ping, "hi"));
        _loop.Turn();

        Assert.Equal((ClientFrames.Pong, "hi"), Opcode(SocketOf(client).Take()));
        static (int Opcode, string Text) Opcode(byte[] sent)
        {
            var (opcode, _, payload) = ClientFrames.Read(sent);
            return (opcode, Encoding.UTF8.GetString(payload));
        }
    }

    [Fact]
    public void PauseReading_InTheMiddleOfABuffer_KeepsTheRestForLater()
    {
        var client = _loop.Text();
        _loop.Events.OnMessageDo = (c, _) => c.PauseReading(PauseCause.WorkerFull);

        client.OnBytes("1\n2\n3\n4"u8.ToArray());
        Assert.Equal(2, _loop.Events.Lines.Count);
        Assert.True(client.Socket.ReadPaused);
        client.ResumeReading(PauseCause.WorkerFull);
        Assert.Equal(2, _loop.Events.Lines.Count);
        Assert.True(_loop.Clients.AfterInbox());
        Assert.Equal($"{client.Id} message 2", _loop.Events.Lines[^1]);

        _loop.Events.OnMessageDo = null;
        client.ResumeReading(PauseCause.WorkerFull);
        _loop.Turn();
        client.OnBytes("5\n"u8.ToArray());
        Assert.Equal([$"{client.Id} message 3", $"{client.Id} message 45"], _loop.Events.Lines[^2..]);
        Assert.False(client.Socket.ReadPaused);
    }

    [Fact]
    public void ResumeReading_OneOfTwoCauses_StaysPaused()
    {
        var client = _loop.Text();

        client.PauseReading(PauseCause.WorkerFull);
        client.PauseReading(PauseCause.RateLimited);
        client.ResumeReading(PauseCause.WorkerFull);

        Assert.True(client.IsPaused);
        Assert.True(client.Socket.ReadPaused);
    }

    [Fact]
    public void OnBytes_ClosedInItsOwnMessage_ReadsNoFurther()
    {
        var client = _loop.Text();
        _loop.Events.OnMessageDo = (c, _) => c.Destroy(CloseReason.Kicked);

        client.OnBytes("1\n2\n"u8.ToArray());

        Assert.Equal($"{client.Id} close 1000", _loop.Events.Lines[^1]);
        Assert.DoesNotContain($"{client.Id} message 2", _loop.Events.Lines);
    }

    [Fact]
    public void Close_InTheOpeningEvent_ComesAfterTheAnswer()
    {
        _loop.Events.OnOpenDo = c => c.Close(CloseReason.NoWorker);
        var client = _loop.Raw();

        client.OnBytes(Handshake());
        _loop.Turn();

        var sent = SocketOf(client).Sent;
        var body = sent.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        Assert.Equal(ClientFrames.Close, ClientFrames.Read(sent[body..]).Opcode);
        Assert.Equal($"{client.Id} close 1013", _loop.Events.Lines[^1]);
    }

    [Fact]
    public void CloseAll_ClosesEveryOneAfterItsMessages()
    {
        var clients = Enumerable.Range(0, 20).Select(_ => _loop.Text()).ToArray();
        Array.ForEach(clients, client => client.Send("bye"u8, binary: false));

        _loop.Clients.CloseAll(CloseReason.Drained, TimeSpan.FromSeconds(2));
        _loop.Turn();

        Assert.All(clients, client => Assert.Equal("bye\n", Sent(client)));
        Assert.Equal(20, _loop.Clients.Counters.Closed);
        Assert.Equal(0, _loop.Clients.Table.Count);
    }

    [Fact]
    public void CloseShare_ClosesThoseThatCameFirst()
    {
        var clients = Enumerable.Range(0, 20).Select(_ => _loop.Text()).ToArray();

        _loop.Clients.CloseShare(21, CloseReason.Drained, TimeSpan.Zero);
        Assert.Equal(20, _loop.Clients.Table.Count);
        _loop.Clients.CloseShare(4, CloseReason.Drained, TimeSpan.Zero);
        Assert.Equal(15, _loop.Clients.Table.Count);
        Assert.All(clients[5..], client => Assert.NotNull(_loop.Clients.Table.Find(client.Id)));
        _loop.Clients.CloseShare(1, CloseReason.Drained, TimeSpan.Zero);

        Assert.Equal(0, _loop.Clients.Table.Count);
    }
}
