using Google.Protobuf;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Support;

namespace Portico.BusinessWorker.Tests.Dispatch;

public sealed class EventHandlingTests : IAsyncLifetime
{
    private ScriptedGateway _gateway = null!;
    private TestWorker _worker = null!;
    private ScriptedLink _link = null!;
    private RecordingEvents _module = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await ScriptedGateway.StartAsync();
        var made = new TaskCompletionSource<RecordingEvents>();
        _worker = await TestWorker.StartAsync(_gateway, ["recording", "recording=8443/"], RecordingEvents.Register(made));
        _link = await _gateway.LinkAsync();
        _module = await made.Task.Guarded();
        Assert.Equal("start", await SeenAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _worker.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public async Task WebSocketConnect_KnownPath_ConnectComesJustBefore()
    {
        await _link.SendAsync(ScriptedLink.Open(5, "/recording"));

        Assert.Equal("connect /recording 8282", await SeenAsync());
        Assert.Equal("websocket  z|1,2|a b|192.0.2.7:5000", await SeenAsync());
        await _link.AckedAsync(1);
    }

    [Theory]
    [InlineData("/other")]
    [InlineData("/recording/x")]
    [InlineData("/")]
    public async Task WebSocketConnect_UnknownPath_IsClosedWithAReasonThatNamesIt(string path)
    {
        await _link.SendAsync(
            ScriptedLink.Open(5, path),
            ScriptedLink.Message(5, "x"),
            new Event { Kind = EventKind.Close, Connection = 5, Number = 3 },
            ScriptedLink.Open(6, "/recording"));

        var close = await _link.CommandAsync();
        Assert.Equal((CommandKind.CloseClient, 5u, 1013u), (close.Kind, close.Connection, close.CloseCode));
        Assert.Equal($"nothing is served at {path}, try again later", close.CloseReason);
        Assert.Equal("connect /recording 8282", await SeenAsync());
        await _link.AckedAsync(4);
    }

    [Fact]
    public async Task Message_CallbackThrows_ClientStaysAndEventIsAcknowledged()
    {
        await _link.SendAsync(Adopt(5), ScriptedLink.Message(5, "throw"), ScriptedLink.Message(5, "after", 3));

        Assert.Equal("after 5 uid= n= abc-5-3", await SeenAsync());
        await _link.AckedAsync(3);
        Assert.False(_link.TryCommand(out _));
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("open")]
    [InlineData("later")]
    public async Task Opening_CallbackThrows_ClientIsClosedAndEventIsAcknowledged(string where)
    {
        var open = ScriptedLink.Open(5, "/recording");
        open.State.Origin.Handshake = ByteString.CopyFromUtf8($"GET /recording?throw={where} HTTP/1.1\r\n\r\n");
        await _link.SendAsync(open);

        var close = await _link.CommandAsync();
        Assert.Equal((CommandKind.CloseClient, 5u, 1011u), (close.Kind, close.Connection, close.CloseCode));
        await _link.AckedAsync(1);
    }

    [Fact]
    public async Task Message_SessionChanged_IsStoredAndSeenByTheNext()
    {
        await _link.SendAsync(Adopt(5), ScriptedLink.Message(5, "set"), ScriptedLink.Message(5, "look", 3));

        Assert.Equal("set 5 uid= n=1 abc-5-2", await SeenAsync());
        Assert.Equal("look 5 uid= n=1 abc-5-3", await SeenAsync());
        var stored = await _link.CommandAsync();
        Assert.Equal((CommandKind.SetSession, 5u), (stored.Kind, stored.Connection));
        Assert.Equal(1, new SessionData(stored.Body.Memory).GetInt64("n"));
    }

    [Fact]
    public async Task Message_StateChangedElsewhere_IsSeen()
    {
        var message = ScriptedLink.Message(5, "look");
        var session = new SessionData { ["n"] = 41L };
        message.State = new ClientState { Uid = "U_3", Session = ByteString.CopyFrom(session.ToBytes().Span) };
        await _link.SendAsync(Adopt(5), message, ScriptedLink.Message(5, "bind", 3), ScriptedLink.Message(5, "look", 4));

        Assert.Equal("look 5 uid=U_3 n=41 abc-5-2", await SeenAsync());
        Assert.Equal("bind 5 uid=U_9 n=41 abc-5-3", await SeenAsync());
        Assert.Equal("look 5 uid=U_9 n=41 abc-5-4", await SeenAsync());
    }

    [Fact]
    public async Task Adopt_ThenRedelivered_IsSaidAndKeepsItsEventId()
    {
        var message = ScriptedLink.Message(5, "look", 17);
        message.Redelivered = true;

        await _link.SendAsync(Adopt(5, "U_7"), message);

        Assert.Equal("look 5 uid=U_7 n= abc-5-11 again", await SeenAsync());
    }

    [Fact]
    public async Task Message_CallbackAwaits_OwnClientWaitsOthersDoNotAndAcksHaveGaps()
    {
        await _link.SendAsync(
            Adopt(5), Adopt(6),
            ScriptedLink.Message(5, "wait a", 2), ScriptedLink.Message(5, "second", 3), ScriptedLink.Message(6, "other", 2), ScriptedLink.Message(5, "third", 4));

        Assert.Equal("other 6 uid= n= abc-6-2", await SeenAsync());
        var ack = await _link.AckAsync();
        while (ack.Ranges.Count == 0)
        {
            ack = await _link.AckAsync();
        }

        Assert.Equal(2ul, ack.Through);
        Assert.Equal((5ul, 5ul), (ack.Ranges.Single().First, ack.Ranges.Single().Last));

        _module.Gates["wait a"].SetResult();

        Assert.Equal("wait a 5 uid= n= abc-5-2", await SeenAsync());
        Assert.Equal("second 5 uid= n= abc-5-3", await SeenAsync());
        Assert.Equal("third 5 uid= n= abc-5-4", await SeenAsync());
        await _link.AckedAsync(6);
    }

    [Fact]
    public async Task Message_HundredClientsAwait_EachKeepsItsOrder()
    {
        for (uint client = 1; client <= 100; client++)
        {
            await _link.SendAsync(Adopt(client), ScriptedLink.Message(client, $"wait {client}", 2), ScriptedLink.Message(client, "b", 3), ScriptedLink.Message(client, "c", 4));
        }

        await Guard.UntilAsync(() => _module.Gates.Count == 100, "all callbacks wait");
        foreach (var gate in _module.Gates.Values)
        {
            gate.SetResult();
        }

        var seen = new Dictionary<string, string>();
        for (var i = 0; i < 300; i++)
        {
            var words = (await SeenAsync()).Split(' ');
            var client = words[0] == "wait" ? words[2] : words[1];
            seen[client] = seen.GetValueOrDefault(client) + words[0][0];
        }

        Assert.All(seen.Values, order => Assert.Equal("wbc", order));
        await _link.AckedAsync(400);
    }

    [Fact]
    public async Task Close_WhileACallbackAwaits_AbortedFiresAndOnCloseComesAfter()
    {
        await _link.SendAsync(
            Adopt(5), ScriptedLink.Message(5, "wait x"),
            new Event { Kind = EventKind.Close, Connection = 5, Number = 3, CloseCode = 1001, CloseReason = "went away" });
        await Guard.UntilAsync(() => _module.Last?.Aborted.IsCancellationRequested ?? false, "the client counts as gone");

        _module.Gates["wait x"].SetResult();

        Assert.Equal("wait x 5 uid= n= abc-5-2", await SeenAsync());
        Assert.Equal("close 1001 went away", await SeenAsync());
        await _link.AckedAsync(3);
    }

    [Fact]
    public async Task Connect_TextListenerWithItsOwnModule_IsServedWhateverThePath()
    {
        await _link.SendAsync(new Event { Kind = EventKind.Connect, Connection = 9, Number = 1, State = ScriptedLink.State("/", port: 8443) });

        // Listed twice, so there are two: the one that was made first is watched, and this listener has the other.
        await _link.SendAsync(ScriptedLink.Open(10, "/recording"));
        await _link.AckedAsync(2);
        Assert.Equal("connect /recording 8282", await SeenAsync());
        Assert.False(_link.TryCommand(out _));
    }

    private static Event Adopt(uint connection, string? uid = null) =>
        new() { Kind = EventKind.Adopt, Connection = connection, State = ScriptedLink.State("/recording", uid: uid) };

    private Task<string> SeenAsync() => _module.Seen.Reader.ReadAsync().AsTask().Guarded();
}
