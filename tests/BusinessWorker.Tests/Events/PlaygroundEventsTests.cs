using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;

namespace Portico.BusinessWorker.Tests.Events;

public sealed class PlaygroundEventsTests
{
    [Theory]
    [InlineData("hello")]
    [InlineData("{\"type\":\"nonsense\"}")]
    [InlineData("{not json")]
    [InlineData("{\"type\":\"send\"}")]
    [InlineData("{\"type\":\"bind\",\"uid\":\"\"}")]
    [InlineData("{\"type\":\"bind\",\"uid\":\"a\"} more")]
    [InlineData("{\"type\":7}")]
    [InlineData("{}")]
    public async Task OnMessage_AnythingElse_IsEchoedAsItCame(string text)
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var link = await gateway.LinkAsync();

        await link.SendAsync(ScriptedLink.Open(5), ScriptedLink.Message(5, text));

        var echo = await link.CommandAsync();
        Assert.Equal(CommandKind.SendToClient, echo.Kind);
        Assert.Equal(5u, echo.Connection);
        Assert.Equal(text, echo.Body.ToStringUtf8());
        Assert.False(echo.Binary);
    }

    [Fact]
    public async Task OnMessage_Binary_IsEchoedAsBinary()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var link = await gateway.LinkAsync();
        var message = ScriptedLink.Message(5, "{\"type\":\"handshake\"}");
        message.Binary = true;

        await link.SendAsync(ScriptedLink.Open(5), message);

        var echo = await link.CommandAsync();
        Assert.True(echo.Binary);
        Assert.Equal(message.Body, echo.Body);
    }

    [Fact]
    public async Task OnMessage_KnownTypes_DoWhatTheySay()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var link = await gateway.LinkAsync();

        await link.SendAsync(
            ScriptedLink.Open(5),
            ScriptedLink.Message(5, "{\"type\":\"handshake\"}"),
            ScriptedLink.Message(5, "{\"type\":\"bind\",\"uid\":\"U_\\u0031\"}"),
            ScriptedLink.Message(5, "{\"type\":\"join\",\"group\":\"g\"}"),
            ScriptedLink.Message(5, "{\"type\":\"send\",\"toClientUid\":\"U_2\",\"content\":\"h\\u00e9\"}"),
            ScriptedLink.Message(5, "{\"type\":\"broadcast\",\"content\":{\"a\":[1,2]}}"),
            ScriptedLink.Message(5, "{\"content\":3,\"group\":\"g\",\"type\":\"group\"}"));

        var shake = await link.CommandAsync();
        Assert.Equal($"{{\"type\":\"handshake\",\"client_id\":\"7f000001{gateway.Port:x4}00000005\"}}", shake.Body.ToStringUtf8());
        var bind = await link.CommandAsync();
        Assert.Equal((CommandKind.BindUid, 5u, "U_1"), (bind.Kind, bind.Connection, bind.Names.Single()));
        Assert.Equal("{\"type\":\"bind\",\"ok\":1}", (await link.CommandAsync()).Body.ToStringUtf8());
        var join = await link.CommandAsync();
        Assert.Equal((CommandKind.JoinGroup, 5u, "g"), (join.Kind, join.Connection, join.Names.Single()));
        Assert.Equal("{\"type\":\"join\",\"ok\":1}", (await link.CommandAsync()).Body.ToStringUtf8());
        var send = await link.CommandAsync();
        Assert.Equal((CommandKind.SendToUid, "U_2", "{\"type\":\"reception\",\"content\":\"h\\u00e9\"}"), (send.Kind, send.Names.Single(), send.Body.ToStringUtf8()));
        var all = await link.CommandAsync();
        Assert.Equal((CommandKind.SendToAll, "{\"type\":\"broadcast\",\"content\":{\"a\":[1,2]}}"), (all.Kind, all.Body.ToStringUtf8()));
        var group = await link.CommandAsync();
        Assert.Equal((CommandKind.SendToGroup, "g", "{\"type\":\"group\",\"content\":3}"), (group.Kind, group.Names.Single(), group.Body.ToStringUtf8()));
        await link.AckedAsync(7);
    }

    [Fact]
    public async Task OnMessage_ThreeMegabytes_ComesAndGoesInParts()
    {
        await using var gateway = await ScriptedGateway.StartAsync();
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var link = await gateway.LinkAsync();
        var body = new byte[3_000_000];
        new Random(3).NextBytes(body);
        await link.SendAsync(ScriptedLink.Open(5));
        for (var at = 0; at < 2_000_000; at += 200_000)
        {
            await link.SendAsync(new GatewayMessage { Parts = { new BodyPart { Id = 4, Data = ByteString.CopyFrom(body, at, 200_000) } } });
            await link.SendAsync(ScriptedLink.Message(5, "between"));
        }

        var last = new Event { Kind = EventKind.Message, Connection = 5, Number = 30, Binary = true, BodyPart = 4, Body = ByteString.CopyFrom(body, 2_000_000, 1_000_000) };
        await link.SendAsync(last);

        var echo = await link.CommandAsync();
        while (!echo.Binary)
        {
            Assert.Equal("between", echo.Body.ToStringUtf8());
            echo = await link.CommandAsync();
        }

        Assert.True(body.AsSpan().SequenceEqual(echo.Body.Span));
    }

    [Fact]
    public async Task OnMessage_GatewayOfTwoLoops_BroadcastGoesToBothAndEchoToItsOwn()
    {
        await using var gateway = await ScriptedGateway.StartAsync(2);
        await using var worker = await TestWorker.StartAsync(gateway, ["playground"]);
        var first = await gateway.LinkAsync();
        var second = await gateway.LinkAsync();
        Assert.Equal([0u, 1u], [first.Attach.Loop, second.Attach.Loop]);

        // Attached is on its way to the worker before this event on the same stream.
        await second.SendAsync(ScriptedLink.Open(5), ScriptedLink.Message(5, "{\"type\":\"broadcast\",\"content\":1}"), ScriptedLink.Message(5, "echo"));

        Assert.Equal(CommandKind.SendToAll, (await first.CommandAsync()).Kind);
        Assert.Equal(CommandKind.SendToAll, (await second.CommandAsync()).Kind);
        Assert.Equal("echo", (await second.CommandAsync()).Body.ToStringUtf8());
        Assert.False(first.TryCommand(out _));
    }
}
