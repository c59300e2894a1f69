using System.Net.WebSockets;
using System.Text.Json;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>PROTOCOL.md, "Frames of portico.v1", row by row for the shop, against the real processes.</summary>
public sealed class ShopFramesTests(ShopCluster shop) : IClassFixture<ShopCluster>
{
    [Fact]
    public async Task Handshake_WithATokenInTheAddress_NamesTheUid()
    {
        var uid = ShopCluster.NewBuyer();
        await using var client = await shop.NewAsync(uid);

        await client.SendAsync("""{"type":"handshake"}""");

        var answer = await client.ReceiveTypeAsync("handshake");
        Assert.Equal(["type", "client_id", "time", "uid"], Names(answer));
        Assert.Equal(uid, answer.GetProperty("uid").GetString());
    }

    [Fact]
    public async Task Send_Text_IsAckedPushedAndToldToTheOtherDevice()
    {
        var (buyer, merchant) = (ShopCluster.NewBuyer(), await shop.NewMerchantAsync());
        await using var device = await shop.NewAsync(buyer);
        await using var other = await shop.NewAsync(buyer);
        await using var receiver = await shop.NewAsync(merchant);
        await using var old = await shop.OldAsync(merchant);

        await device.SendAsync($$"""{"type":"send","toClientUid":"{{merchant}}","content":"<a>","c_type":1,"client_msg_id":"m1","ref":"r1"}""");

        var ack = await device.ReceiveTypeAsync("ack");
        Assert.Equal(["type", "ref", "client_msg_id", "primary", "conversation", "seq", "time", "timestamp", "sent_at"], Names(ack));
        Assert.Equal(("r1", "m1", 1), (ack.GetProperty("ref").GetString(), ack.GetProperty("client_msg_id").GetString(), ack.GetProperty("seq").GetInt32()));
        var frame = await receiver.ReceiveTypeAsync("reception");
        Assert.Equal(["type", "content", "time", "timestamp", "c_type", "primary", "source", "conversation", "seq", "sent_at", "client_msg_id"], Names(frame));
        Assert.Equal(("<a>", ack.GetProperty("primary").GetInt64()), (frame.GetProperty("content").GetString(), frame.GetProperty("primary").GetInt64()));
        var own = await other.ReceiveTypeAsync("reception");
        Assert.Equal((1, merchant), (own.GetProperty("own").GetInt32(), own.GetProperty("to").GetString()));
        Assert.False(own.TryGetProperty("source", out _));
        var plain = await old.ReceiveTypeAsync("reception");
        Assert.Equal(["type", "content", "time", "timestamp", "c_type", "primary", "source"], Names(plain));
        Assert.Equal("&lt;a&gt;", plain.GetProperty("content").GetString());

        // The same again gets the first answer, something else under the same id a conflict.
        await device.SendAsync($$"""{"type":"send","toClientUid":"{{merchant}}","content":"<a>","client_msg_id":"m1"}""");
        Assert.Equal(1, (await device.ReceiveTypeAsync("ack")).GetProperty("repeated").GetInt32());
        await device.SendAsync($$"""{"type":"send","toClientUid":"{{merchant}}","content":"b","client_msg_id":"m1","ref":"r2"}""");
        Assert.Equal(("conflict", "r2", "m1"), await ErrorAsync(device));
    }

    [Theory]
    [InlineData("V_999999999", "unknown_recipient")]
    [InlineData("U_1", "unknown_recipient")]
    [InlineData("", "bad_field")]
    public async Task Send_ToNobody_NewClientsAreToldOldOnesAreNot(string to, string code)
    {
        await using var client = await shop.NewAsync(ShopCluster.NewBuyer());
        await using var old = await shop.OldAsync(ShopCluster.NewBuyer());
        var frame = $$"""{"type":"send","toClientUid":"{{to}}","content":"x","c_type":1,"client_msg_id":"m","ref":"r"}""";

        await client.SendAsync(frame);
        await old.SendAsync(frame);
        await old.SendAsync("""{"type":"handshake","role":"user"}""");

        Assert.Equal((code, "r", "m"), await ErrorAsync(client));
        Assert.Equal("handshake", (await old.ReceiveTypeAsync("handshake")).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("no json", "bad_json", null)]
    [InlineData("[]", "bad_json", null)]
    [InlineData("""{"type":"dance","ref":"r"}""", "unknown_type", "r")]
    [InlineData("""{"type":"claim","ref":"r"}""", "unknown_type", "r")]
    [InlineData("""{"type":"send","toClientUid":"V_1","content":"x","c_type":7,"ref":"r"}""", "bad_field", "r")]
    [InlineData("""{"type":"send","toClientUid":"V_1","ref":"r"}""", "bad_field", "r")]
    [InlineData("""{"type":"read","conversation":"x","seq":1,"ref":"r"}""", "bad_field", "r")]
    [InlineData("""{"type":"recall","conversation":"1","seq":-1,"ref":"r"}""", "bad_field", "r")]
    [InlineData("""{"type":"online","uids":"V_1","ref":"r"}""", "bad_field", "r")]
    [InlineData("""{"type":"sync","conversations":{"x":1},"ref":"r"}""", "bad_field", "r")]
    [InlineData("""{"type":"token","token":"x","ref":"r"}""", "unauthorized", "r")]
    public async Task Frame_ThatIsWrong_IsAnErrorAndTheSocketStays(string frame, string code, string? reference)
    {
        await using var client = await shop.NewAsync(ShopCluster.NewBuyer());

        await client.SendAsync(frame);
        await client.SendAsync("""{"type":"pong"}""");
        await client.SendAsync("""{"type":"online","uids":[],"ref":"after"}""");

        Assert.Equal((code, reference, null), await ErrorAsync(client));
        Assert.Equal("after", (await client.ReceiveTypeAsync("online")).GetProperty("ref").GetString());
    }

    [Theory]
    [InlineData("send")]
    [InlineData("sync")]
    [InlineData("read")]
    [InlineData("online")]
    [InlineData("token")]
    public async Task Frame_OfAnUnboundClient_IsUnbound(string type)
    {
        await using var client = await shop.UnboundAsync("portico.v1");

        await client.SendAsync($$"""{"type":"{{type}}","toClientUid":"V_1","content":"x","ref":"r"}""");

        Assert.Equal(("unbound", "r", null), await ErrorAsync(client));
    }

    [Fact]
    public async Task SyncReadTypingRecall_BetweenTwo_EachIsToldWhatConcernsHim()
    {
        var (buyer, merchant) = (ShopCluster.NewBuyer(), await shop.NewMerchantAsync());
        await using var writer = await shop.NewAsync(buyer);
        await using var reader = await shop.NewAsync(merchant);
        await writer.SendAsync($$"""{"type":"send","toClientUid":"{{merchant}}","content":"one"}""");
        var conversation = (await writer.ReceiveTypeAsync("ack")).GetProperty("conversation").GetString();
        await reader.ReceiveTypeAsync("reception");

        await reader.SendAsync($$$"""{"type":"sync","ref":"s","conversations":{"{{{conversation}}}":0}}""");
        var sync = await reader.ReceiveTypeAsync("sync");
        var page = sync.GetProperty("conversations").GetProperty(conversation!);
        Assert.Equal("s", sync.GetProperty("ref").GetString());
        Assert.Equal(["messages", "more", "kept_from", "last_seq", "read", "peer_read", "peer"], Names(page));
        Assert.DoesNotContain($"\"{buyer}\"", sync.GetRawText(), StringComparison.Ordinal);

        await reader.SendAsync($$"""{"type":"read","ref":"a","conversation":"{{conversation}}","seq":1}""");
        Assert.Equal($$"""{"type":"ack","ref":"a","conversation":"{{conversation}}","seq":1,"unread":0}""", (await reader.ReceiveTypeAsync("ack")).GetRawText());
        Assert.Equal($$"""{"type":"read","conversation":"{{conversation}}","seq":1}""", (await writer.ReceiveTypeAsync("read")).GetRawText());

        await writer.SendAsync($$"""{"type":"typing","conversation":"{{conversation}}"}""");
        await writer.SendAsync($$"""{"type":"typing","conversation":"{{conversation}}"}""");
        Assert.Equal($$"""{"type":"typing","conversation":"{{conversation}}"}""", (await reader.ReceiveTypeAsync("typing")).GetRawText());

        await reader.SendAsync($$"""{"type":"recall","ref":"x","conversation":"{{conversation}}","seq":1}""");
        Assert.Equal(("not_allowed", "x", null), await ErrorAsync(reader));
        await writer.SendAsync($$"""{"type":"recall","ref":"y","conversation":"{{conversation}}","seq":1}""");
        var answers = new[] { await writer.ReceiveAsync(), await writer.ReceiveAsync() };
        Assert.Contains("""{"type":"ack","ref":"y"}""", answers);
        Assert.Contains($$"""{"type":"recall","conversation":"{{conversation}}","seq":1}""", answers);
        Assert.Equal(1, (await reader.ReceiveTypeAsync("recall")).GetProperty("seq").GetInt32());
    }

    [Fact]
    public async Task Online_OfWhomOneSeesOrNot_IsAnswered()
    {
        var (buyer, merchant, stranger) = (ShopCluster.NewBuyer(), await shop.NewMerchantAsync(), ShopCluster.NewBuyer());
        await using var one = await shop.NewAsync(buyer);
        await using var two = await shop.NewAsync(merchant);
        await using var three = await shop.NewAsync(stranger);

        await one.SendAsync($$"""{"type":"online","ref":"o","uids":["{{merchant}}","V_999999998","{{stranger}}"]}""");

        Assert.Equal($$$"""{"type":"online","ref":"o","online":{"{{{merchant}}}":1,"V_999999998":0,"{{{stranger}}}":0}}""", (await one.ReceiveTypeAsync("online")).GetRawText());
    }

    [Fact]
    public async Task Token_EndsSoon_IsAskedForAndWithoutAFreshOneTheSocketIsClosed()
    {
        var uid = ShopCluster.NewBuyer();
        await using var stays = await shop.NewAsync(uid, TimeSpan.FromSeconds(5));
        await using var leaves = await shop.NewAsync(uid, TimeSpan.FromSeconds(5));

        Assert.InRange((await stays.ReceiveTypeAsync("token")).GetProperty("expires_in").GetInt32(), 1, 5);
        await stays.SendAsync($$"""{"type":"token","ref":"other","token":"{{HttpCaller.Token("U_1", DateTimeOffset.UtcNow.AddHours(1))}}"}""");
        Assert.Equal(("unauthorized", "other", null), await ErrorAsync(stays));
        await stays.SendAsync($$"""{"type":"token","ref":"t","token":"{{HttpCaller.Token(uid, DateTimeOffset.UtcNow.AddHours(1))}}"}""");
        Assert.Equal("""{"type":"ack","ref":"t"}""", (await stays.ReceiveTypeAsync("ack")).GetRawText());
        await leaves.ReceiveTypeAsync("token");

        Assert.Null(await leaves.ReceiveAsync());
        Assert.Equal((WebSocketCloseStatus)4001, leaves.Socket.CloseStatus);
        await stays.SendAsync("""{"type":"online","uids":[]}""");
        await stays.ReceiveTypeAsync("online");
    }

    [Fact]
    public async Task Connect_WithABadToken_IsClosed()
    {
        await using var over = await shop.ConnectAsync(HttpCaller.Token("U_1", DateTimeOffset.UtcNow.AddSeconds(-5)));
        await using var forged = await shop.ConnectAsync(HttpCaller.Token("U_1", DateTimeOffset.UtcNow.AddHours(1), "another secret of 32 characters or more"));

        // His name may be anybody's in the shop.
        await using var agent = await shop.ConnectAsync(HttpCaller.Token("U_1", DateTimeOffset.UtcNow.AddHours(1), role: "agent"));

        Assert.Null(await agent.ReceiveAsync());
        Assert.Equal(1008, (int)agent.Socket.CloseStatus!);
        Assert.Null(await over.ReceiveAsync());
        Assert.Null(await forged.ReceiveAsync());
        Assert.Equal((4001, 1008), ((int)over.Socket.CloseStatus!, (int)forged.Socket.CloseStatus!));
    }

    private static IEnumerable<string> Names(JsonElement frame) => frame.EnumerateObject().Select(field => field.Name);

    private static async Task<(string?, string?, string?)> ErrorAsync(TestClient client)
    {
        var error = await client.ReceiveTypeAsync("error");
        Assert.NotEqual("", error.GetProperty("message").GetString());
        return (error.GetProperty("code").GetString(), Text("ref"), Text("client_msg_id"));

        string? Text(string name) => error.TryGetProperty(name, out var value) ? value.GetString() : null;
    }
}
