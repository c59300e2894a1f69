using System.Text;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Connections;
using Portico.Gateway.Protocols;

namespace Portico.Gateway.Tests.Connections;

/// <summary>What holds for clients that have no uid, group or session: deadlines for their messages, and memory for unfinished ones.</summary>
public sealed class UnknownClientTests
{
    private static readonly ClientLimits Deadlines = new() { SilentTimeout = TimeSpan.FromSeconds(60), PartialTimeout = TimeSpan.FromSeconds(60) };
    private readonly LoopHarness _loop = new() { Limits = Deadlines, Partials = new PartialBudget(300_000) };
    private readonly LoopCommands _commands;

    public UnknownClientTests() => _commands = new LoopCommands(_loop.Clients);

    [Fact]
    public void TextAndFramePeers_ThatSayNothing_AreClosedAfterTheTime()
    {
        var (text, frames) = (_loop.Text(), _loop.Frames());

        _loop.Advance(59);
        Assert.False(text.IsLeaving || frames.IsLeaving);
        _loop.Advance(2);

        Assert.Equal(new[] { $"{text.Id} close 4002", $"{frames.Id} close 4002" }.Order(), _loop.Events.Lines[2..].Order());
        Assert.Equal(2, _loop.Clients.Counters.TimedOut);
    }

    [Fact]
    public void TextPeer_ThatSendsALineByteByByteAndNeverEndsIt_IsClosedAfterTheTime()
    {
        var client = _loop.Text();
        for (var i = 0; i < 120 && !client.IsLeaving; i++)
        {
            client.OnBytes("x"u8.ToArray());
            _loop.Advance(0.5);
        }

        _loop.Turn();
        Assert.Equal($"{client.Id} close 4002", _loop.Events.Lines[^1]);
    }

    [Theory]
    [InlineData(CommandKind.BindUid)]
    [InlineData(CommandKind.JoinGroup)]
    [InlineData(CommandKind.SetSession)]
    [InlineData(CommandKind.SendToClient)]
    public void TextPeer_ThatTheApplicationKnows_MayOnlyListen(CommandKind kind)
    {
        var client = _loop.Text();
        _loop.Advance(30);

        Do(kind, client);
        _loop.Advance(300);

        Assert.False(client.IsLeaving);
    }

    [Fact]
    public void TextPeer_ThatGetsWhatEverybodyGets_IsNotKnownByIt()
    {
        var client = _loop.Text();

        _commands.Execute(new CommandView { Kind = CommandKind.SendToAll, Body = "news"u8 }, null);
        _loop.Advance(61);

        Assert.True(client.IsLeaving);
    }

    [Fact]
    public void Clients_ThatHaveSpoken_MayBeSilent()
    {
        var (text, frames) = (_loop.Text(), _loop.Frames());
        text.OnBytes("hello\n"u8.ToArray());
        frames.OnBytes([0, 0, 0, 5, 1]);

        _loop.Advance(600);

        Assert.False(text.IsLeaving || frames.IsLeaving);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("frame")]
    [InlineData("websocket")]
    public void HalfMessage_OfAClientThatHasSpoken_IsGivenItsTime(string protocol)
    {
        // 100 KiB came, in 128 KiB of memory: eight seconds more.
        var client = Speaking(protocol);
        client.OnBytes(Half(protocol, 100 * 1024));
        _loop.Advance(protocol == "websocket" ? 20 : 66);
        Pong(client, protocol);
        Assert.False(client.IsLeaving);
        _loop.Advance(protocol == "websocket" ? 20 : 4);
        Pong(client, protocol);
        _loop.Advance(protocol == "websocket" ? 20 : 0);
        Pong(client, protocol);
        _loop.Advance(protocol == "websocket" ? 10 : 0);

        Assert.Equal($"{client.Id} close 4002", _loop.Events.Lines[^1]);
        Assert.Equal(0, _loop.Clients.Partials.Bytes);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("frame")]
    [InlineData("websocket")]
    public void HalfMessages_AboveTheMemoryInAll_CloseTheClientThatIsTooMuch(string protocol)
    {
        var clients = Enumerable.Range(0, 3).Select(_ => Speaking(protocol)).ToList();
        foreach (var client in clients)
        {
            client.OnBytes(Half(protocol, 100 * 1024));
        }

        _loop.Turn();
        Assert.Equal([false, false, true], clients.Select(client => client.IsLeaving));
        Assert.Equal($"{clients[2].Id} close 1013", _loop.Events.Lines[^1]);
        Assert.InRange(_loop.Clients.Partials.Bytes, 200_000, 300_000);

        // Whoever ends the message, and whoever goes, gives the room back.
        clients[0].OnBytes(Rest(protocol));
        Assert.EndsWith(new string('x', 20), _loop.Events.Lines[^1], StringComparison.Ordinal);
        clients[1].OnEnd();
        _loop.Turn();
        Assert.Equal(0, _loop.Clients.Partials.Bytes);
        Assert.False(clients[0].IsLeaving);
    }

    [Fact]
    public void HalfMessages_SmallOrOfKnownClients_AreNotCounted()
    {
        var (small, known) = (_loop.Text(), _loop.Text());
        Do(CommandKind.BindUid, known);

        small.OnBytes(Half("text", 10_000));
        known.OnBytes(Half("text", 900_000));
        _loop.Advance(59);

        Assert.Equal(0, _loop.Clients.Partials.Bytes);
        Assert.False(small.IsLeaving || known.IsLeaving);
        _loop.Advance(60);
        Assert.Equal((true, false), (small.IsLeaving, known.IsLeaving));
    }

    [Fact]
    public void HalfMessage_OfAClientThatIsBoundMeanwhile_IsCountedNoLonger()
    {
        var client = _loop.Text();
        client.OnBytes(Half("text", 200_000));
        Assert.True(_loop.Clients.Partials.Bytes > 0);

        Do(CommandKind.BindUid, client);
        client.OnBytes(Half("text", 1));

        Assert.Equal(0, _loop.Clients.Partials.Bytes);
    }

    [Fact]
    public void PartialSize_BetweenMessages_IsNothing()
    {
        foreach (var (codec, half, rest) in new (IFrameCodec, byte[], byte[])[]
        {
            (new TextCodec(1 << 20), "ab"u8.ToArray(), "c\n"u8.ToArray()),
            (new LengthCodec(1 << 20), [0, 0, 0, 6], [1, 2]),
        })
        {
            Assert.Equal(0, codec.PartialSize);
            codec.TryRead(half, out _, out _);
            Assert.True(codec.PartialSize > 0);
            codec.TryRead(rest, out _, out _);
            Assert.Equal(0, codec.PartialSize);
            codec.TryRead(half, out _, out _);
            codec.Dispose();
            Assert.Equal(0, codec.PartialSize);
        }
    }

    private static byte[] Half(string protocol, int size) => protocol switch
    {
        "text" => Encoding.ASCII.GetBytes(new string('x', size)),
        "frame" => [.. Length(4 + size + 20), .. Enumerable.Repeat((byte)'x', size)],

        // A first fragment, masked with zeros.
        _ => [0x01, 0x80 | 127, 0, 0, 0, 0, .. Length(size), 0, 0, 0, 0, .. Enumerable.Repeat((byte)'x', size)],
    };

    private static byte[] Rest(string protocol) => protocol switch
    {
        "text" => "xxxxxxxxxxxxxxxxxxxx\n"u8.ToArray(),
        "frame" => "xxxxxxxxxxxxxxxxxxxx"u8.ToArray(),
        _ => [0x80, 0x80 | 20, 0, 0, 0, 0, .. "xxxxxxxxxxxxxxxxxxxx"u8],
    };

    private static byte[] Length(int length) => [(byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];

    private static void Pong(ClientConnection client, string protocol)
    {
        if (protocol == "websocket" && !client.IsLeaving)
        {
            client.OnBytes([0x8a, 0x80, 0, 0, 0, 0]);
        }
    }

    private ClientConnection Speaking(string protocol)
    {
        var client = protocol switch { "text" => _loop.Text(), "frame" => _loop.Frames(), _ => _loop.WebSocket() };
        client.OnBytes(protocol switch { "text" => "a\n"u8.ToArray(), "frame" => [0, 0, 0, 5, 97], _ => [0x81, 0x81, 0, 0, 0, 0, 97] });
        return client;
    }

    private void Do(CommandKind kind, ClientConnection client) => _commands.Execute(
        new CommandView { Kind = kind, Id = 1, Connection = client.Id, Name = "a"u8, Body = kind == CommandKind.SetSession ? "a:0:{}"u8 : "b"u8 }, null);
}
