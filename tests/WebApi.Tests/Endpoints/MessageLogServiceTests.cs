using Portico.Client;
using Portico.Contracts.Protos.Messages;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>portico.messages.v1.MessageLog, as workers call it.</summary>
public sealed class MessageLogServiceTests
{
    [Fact]
    public async Task Send_MerchantsReplyByCode_ReachesTheBuyer()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var buyer = api.Gateways.Connect("U_1");

        var reply = await log.SendAsync(new SendRequest { Application = "shop", Sender = "V_2", Recipient = WebApiHarness.Codes.Encode("U_1"), Type = 1, Content = "hi", EventId = "a-1-1" });
        var again = await log.SendAsync(new SendRequest { Application = "shop", Sender = "V_2", Recipient = WebApiHarness.Codes.Encode("U_1"), Type = 1, Content = "hi", EventId = "a-1-1" });
        var plain = await log.SendAsync(new SendRequest { Application = "shop", Sender = "V_2", Recipient = "U_1", Type = 1, Content = "hi" });
        var conflict = await log.SendAsync(new SendRequest { Application = "shop", Sender = "V_2", Recipient = WebApiHarness.Codes.Encode("U_1"), Type = 1, Content = "other", EventId = "a-1-1" });

        Assert.Equal(SendStatus.Stored, reply.Status);
        Assert.Equal((reply.Id, reply.Sequence, true), (again.Id, again.Sequence, again.RepeatedSend));
        Assert.Equal(SendStatus.UnknownRecipient, plain.Status);
        Assert.Equal(SendStatus.Conflict, conflict.Status);
        var frame = await buyer.NextJsonAsync();
        Assert.Equal("hi", frame.GetProperty("content").GetString());
        Assert.False(frame.TryGetProperty("source", out _));
        Assert.True(buyer.IsQuiet);
    }

    [Fact]
    public async Task Send_Card_AnswerHoldsWhatIsStored_AlsoWhenItIsRepeatedAfterTheProductChanged()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var card = new SendRequest { Application = "shop", Sender = "U_1", Recipient = "V_2", Type = 2, Content = """{"id":5,"title":"claimed"}""", ClientMsgId = "m1" };

        var stored = await log.SendAsync(card);
        await api.JsonAsync(HttpMethod.Put, "/api/v1/products/5", new { merchant_uid = "V_2", title = "renamed", image = "", url = "" });
        var repeated = await log.SendAsync(card);
        var page = await log.SyncAsync(new SyncRequest { Uid = "U_1", Conversation = stored.Conversation });

        Assert.Contains("Tea & <Cups>", stored.Content, StringComparison.Ordinal);
        Assert.Equal(page!.Messages[0].Content, stored.Content);
        Assert.Equal((true, stored.Content, stored.SentAtMs), (repeated.RepeatedSend, repeated.Content, repeated.SentAtMs));
    }

    [Fact]
    public async Task Send_RepeatedAfterItWasTakenBack_AnswerSaysSo()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var text = new SendRequest { Application = "shop", Sender = "U_1", Recipient = "V_2", Type = 1, Content = "a slip", ClientMsgId = "m1" };

        var stored = await log.SendAsync(text);
        await log.HandleAsync("shop", "U_1", "", System.Text.Encoding.UTF8.GetBytes($$"""{"type":"recall","conversation":"{{stored.Conversation}}","seq":1}"""), cancellationToken: TestContext.Current.CancellationToken);
        var repeated = await log.SendAsync(text);

        Assert.False(stored.HasContent);
        Assert.Equal((true, true, "", true), (repeated.RepeatedSend, repeated.HasContent, repeated.Content, repeated.Recalled));
    }

    [Fact]
    public async Task SyncAndMarkRead_ByAMerchant_ShowCodes()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var sent = await log.SendAsync(new SendRequest { Application = "shop", Sender = "U_1", Recipient = "V_2", Type = 1, Content = "<hi>" });

        var page = await log.SyncAsync(new SyncRequest { Uid = "V_2", Conversation = sent.Conversation, Limit = 10 });
        var read = await log.MarkReadAsync(new MarkReadRequest { Uid = "V_2", Conversation = sent.Conversation, Sequence = 1 });
        var foreign = await log.SyncAsync(new SyncRequest { Uid = "V_3", Conversation = sent.Conversation });

        var entry = Assert.Single(page!.Messages);
        Assert.Equal((WebApiHarness.Codes.Encode("U_1"), "V_2", "<hi>"), (entry.Sender, entry.Recipient, entry.Content));
        Assert.Equal((1, 0), (read!.Sequence, read.Unread));
        Assert.Null(foreign);
    }

    [Fact]
    public async Task Send_ServiceApplication_GoesToAgentsAndBack()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var (visitor, agent, fresh) = (api.Gateways.Connect("service:oX"), api.Gateways.Connect("agent1", "", "service:agents"), api.Gateways.Connect("agent2", "portico.v1", "service:agents"));

        await log.SendAsync(new SendRequest { Application = "service", Sender = "oX", Type = 1, Content = "<help>" });
        await log.SendAsync(new SendRequest { Application = "service", Sender = "agent1", Recipient = "oX", Type = 1, Content = "yes" });

        Assert.Equal("""{"msg":"<help>","openid":"oX"}""", await agent.NextAsync());
        Assert.Equal("""{"msg":"yes"}""", await visitor.NextAsync());
        Assert.Equal(1, (await fresh.NextJsonAsync()).GetProperty("seq").GetInt32());
    }

    [Fact]
    public async Task Handle_FramesOfANewClient_AreAnsweredAsTheProtocolSays()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var merchant = api.Gateways.Connect("V_2", "portico.v1");
        var id = (await log.SendAsync(new SendRequest { Application = "shop", Sender = "U_1", Recipient = "V_2", Type = 1, Content = "<hi>" })).Conversation;

        Assert.Equal($$"""{"type":"ack","ref":"r1","conversation":"{{id}}","seq":1,"unread":0}""", await HandleAsync("V_2", $$"""{"type":"read","ref":"r1","conversation":"{{id}}","seq":1}"""));
        var sync = await HandleAsync("V_2", "{\"type\":\"sync\",\"conversations\":{\"" + id + "\":0}}");
        Assert.StartsWith($$"""{"type":"sync","conversations":{"{{id}}":{"messages":[{"id":""", sync, StringComparison.Ordinal);
        Assert.Contains(WebApiHarness.Codes.Encode("U_1"), sync, StringComparison.Ordinal);
        Assert.Equal("""{"type":"sync","conversations":{}}""", await HandleAsync("V_2", """{"type":"sync","conversations":{},"only":1}"""));
        Assert.DoesNotContain("U_1", sync, StringComparison.Ordinal);
        Assert.Equal("", await HandleAsync("U_1", $$"""{"type":"typing","conversation":"{{id}}"}"""));
        Assert.Contains("not_allowed", await HandleAsync("V_2", $$"""{"type":"recall","conversation":"{{id}}","seq":1}"""), StringComparison.Ordinal);
        Assert.Equal("""{"type":"ack"}""", await HandleAsync("U_1", $$"""{"type":"recall","conversation":"{{id}}","seq":1}"""));
        Assert.Contains("bad_field", await HandleAsync("V_3", $$"""{"type":"read","conversation":"{{id}}","seq":1}"""), StringComparison.Ordinal);
        Assert.Null(await HandleAsync("V_2", """{"type":"dance"}"""));
        Assert.Contains("bad_json", await HandleAsync("V_2", "not json"), StringComparison.Ordinal);
        while (!(await merchant.NextAsync()).Contains("\"typing\"", StringComparison.Ordinal))
        {
            // The message itself, and what else concerns him.
        }

        async Task<string?> HandleAsync(string uid, string frame)
        {
            var answer = await log.HandleAsync("shop", uid, "", System.Text.Encoding.UTF8.GetBytes(frame), cancellationToken: TestContext.Current.CancellationToken);
            return answer is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes.Span) : null;
        }
    }

    [Fact]
    public async Task Calls_WithoutTheSecretKey_AreRefusedAndHttpDoesNotReachThem()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["SecretKey"] = "inner secret" });
        using var stranger = Client(api);
        using var friend = new MessageLogClient(api.InnerAddress, new MessageLogOptions { SecretKey = "inner secret", Timeout = Guard.Limit }, TimeProvider.System);

        Assert.Equal(SendStatus.Unavailable, (await stranger.SendAsync(new SendRequest { Application = "shop", Sender = "U_1", Recipient = "V_2", Type = 1, Content = "x" })).Status);
        Assert.Equal(SendStatus.Stored, (await friend.SendAsync(new SendRequest { Application = "shop", Sender = "U_1", Recipient = "V_2", Type = 1, Content = "x" })).Status);
        using var outer = await api.SendAsync(HttpMethod.Post, "/portico.messages.v1.MessageLog/Send", new ByteArrayContent([]));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, outer.StatusCode);
        using var channel = new RpcChannel(api.InnerAddress, new RpcChannelOptions { SecretKey = "inner secret" });
        await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<SendRequest, SendReply>("/gateway/getAllUidCount", new SendRequest(), new RpcCallOptions(), TestContext.Current.CancellationToken));
    }

    private static MessageLogClient Client(WebApiHarness api) => new(api.InnerAddress, new MessageLogOptions { Timeout = Guard.Limit }, TimeProvider.System);
}
