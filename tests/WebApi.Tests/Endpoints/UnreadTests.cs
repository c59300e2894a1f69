using Portico.Client;
using Portico.Contracts.Protos.Messages;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>What is unread, as the member's pages, backend and badge are told it.</summary>
public sealed class UnreadTests
{
    [Fact]
    public async Task Recall_OfUnreadMessages_CountsThemDownOnEveryDeviceAndCall()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var merchant = api.Gateways.Connect("V_2", "portico.v1");
        var old = api.Gateways.Connect("V_2");
        var id = (await log.SendAsync(Shop("U_1", "V_2"))).Conversation;
        await log.SendAsync(Shop("U_1", "V_2"));
        await merchant.NextAsync();
        await merchant.NextAsync();

        foreach (var seq in (int[])[1, 2])
        {
            await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { conversation = id, seq }, "U_1");
            Assert.Equal($$"""{"type":"recall","conversation":"{{id}}","seq":{{seq}}}""", await merchant.NextAsync());
            Assert.Equal($$"""{"type":"read","conversation":"{{id}}","seq":0,"own":1,"unread":{{2 - seq}}}""", await merchant.NextAsync());
            Assert.Equal(2 - seq, await UnreadOfAsync(api, "V_2"));
        }

        Assert.Equal(0, (await api.GetAsync("/api/v1/conversations", "V_2").ReadAsync()).GetProperty("conversations")[0].GetProperty("unread").GetInt64());
        Assert.Equal("{}", (await api.GetAsync("/api/v1/unread", "V_2").ReadAsync()).GetProperty("conversations").GetRawText());

        // What was read is only recalled, and an old page is told nothing at all.
        await log.SendAsync(Shop("U_1", "V_2"));
        Assert.Contains("reception", await merchant.NextAsync(), StringComparison.Ordinal);
        await log.MarkReadAsync(new MarkReadRequest { Uid = "V_2", Conversation = id, Sequence = 3 });
        Assert.Contains("\"read\"", await merchant.NextAsync(), StringComparison.Ordinal);
        await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { conversation = id, seq = 3 }, "U_1");
        Assert.Contains("\"recall\"", await merchant.NextAsync(), StringComparison.Ordinal);
        Assert.True(merchant.IsQuiet);
        for (var i = 0; i < 3; i++)
        {
            Assert.Contains("reception", await old.NextAsync(), StringComparison.Ordinal);
        }

        Assert.True(old.IsQuiet);
    }

    [Fact]
    public async Task Retention_OfUnreadMessages_LeavesNothingUnread()
    {
        var clock = new FakeClock { Start = DateTimeOffset.UtcNow };
        await using var api = await WebApiHarness.StartShopAsync(clock: clock);
        using var log = Client(api);
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await log.SendAsync(Shop("U_1", "V_2"));
        }

        await ForgetAsync(clock.GetUtcNow() - TimeSpan.FromSeconds(15));
        Assert.Equal(2, await UnreadOfAsync(api, "V_2"));
        clock.Advance(TimeSpan.FromSeconds(1));
        await ForgetAsync(clock.GetUtcNow());

        Assert.Equal(0, await UnreadOfAsync(api, "V_2"));
        var row = (await api.GetAsync("/api/v1/conversations", "V_2").ReadAsync()).GetProperty("conversations")[0];
        Assert.Equal((0, 6, 0), (row.GetProperty("unread").GetInt64(), row.GetProperty("kept_from").GetInt64(), row.GetProperty("read").GetInt64()));

        async Task ForgetAsync(DateTimeOffset before) =>
            Assert.Equal(1, (await api.FormAsync("/api/v1/admin/retention", new() { ["before"] = $"{before.ToUnixTimeMilliseconds()}" }).ReadAsync()).GetProperty("conversations").GetInt32());
    }

    [Fact]
    public async Task Badge_OfAVisitor_CountsDownWhenTheAgentRecalls()
    {
        await using var api = await WebApiHarness.StartAsync();
        using var log = Client(api);
        var visitor = api.Gateways.Connect("service:oX", "portico.v1");
        await log.SendAsync(new SendRequest { Application = "service", Sender = "oX", Type = 1, Content = "help" });
        var sent = await log.SendAsync(new SendRequest { Application = "service", Sender = "agent1", Recipient = "oX", Type = 1, Content = "a slip" });
        await SeesAsync("{\"type\":\"badge\",\"unread\":1}");

        var handled = await log.HandleAsync(
            "service", "", "", System.Text.Encoding.UTF8.GetBytes($$"""{"type":"recall","conversation":"{{sent.Conversation}}","seq":{{sent.Sequence}}}"""), "agent1", TestContext.Current.CancellationToken);

        Assert.Contains("ack", System.Text.Encoding.UTF8.GetString(handled!.Value.Span), StringComparison.Ordinal);
        await SeesAsync("{\"type\":\"badge\",\"unread\":0}");
        var greeting = await log.GreetAsync("service", "oX", "", TestContext.Current.CancellationToken);
        Assert.Contains(greeting!, frame => System.Text.Encoding.UTF8.GetString(frame.Span) == "{\"type\":\"badge\",\"unread\":0}");

        async Task SeesAsync(string frame)
        {
            while (await visitor.NextAsync() != frame)
            {
                // Others that concern him.
            }
        }
    }

    [Fact]
    public async Task AutomaticAnswer_OfABackend_LeavesTheQuestionsUnreadForBothSides()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        for (var i = 0; i < 3; i++)
        {
            await log.SendAsync(Shop("U_1", "V_2"));
        }

        await PostAsync(new { uid = "V_2", to = "U_1", content = "we answer soon" });
        Assert.Equal((3, 0), await StateAsync());
        await PostAsync(new { uid = "V_2", to = "U_1", content = "still soon", seen = 2 });
        Assert.Equal((3, 0), await StateAsync());

        // Who writes on a page, or has seen all, has read.
        await PostAsync(new { uid = "V_2", to = "U_1", content = "I am here", seen = 5 });
        Assert.Equal((0, 6), await StateAsync());
        await log.SendAsync(Shop("U_1", "V_2"));
        await PostAsync(new { uid = "V_2", to = "U_1", content = "yes", client_id = new string('0', 20) });
        Assert.Equal((0, 8), await StateAsync());
        await log.SendAsync(Shop("U_1", "V_2"));
        using var byUser = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = WebApiHarness.Codes.Encode("U_1"), content = "yes" }, "V_2");
        Assert.Equal((0, 10), await StateAsync());

        async Task PostAsync(object body) => Assert.Equal(System.Net.HttpStatusCode.OK, (await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", body)).StatusCode);

        async Task<(long Unread, long PeerRead)> StateAsync() => (
            await UnreadOfAsync(api, "V_2"),
            (await api.GetAsync("/api/v1/conversations", "U_1").ReadAsync()).GetProperty("conversations")[0].GetProperty("peer_read").GetInt64());
    }

    [Fact]
    public async Task WebSocketSend_OfWhatWasWrittenOffline_LeavesWhatCameMeanwhileUnread()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        await log.SendAsync(Shop("U_1", "V_2"));
        for (var i = 0; i < 5; i++)
        {
            await log.SendAsync(Shop("V_2", WebApiHarness.Codes.Encode("U_1")));
        }

        var late = Shop("U_1", "V_2");
        late.Seen = 1;
        await log.SendAsync(late);
        Assert.Equal(5, await UnreadOfAsync(api, "U_1"));
        var seen = Shop("U_1", "V_2");
        seen.Seen = 7;
        await log.SendAsync(seen);
        Assert.Equal(0, await UnreadOfAsync(api, "U_1"));
    }

    private static async Task<long> UnreadOfAsync(WebApiHarness api, string uid) => (await api.GetAsync("/api/v1/unread", uid).ReadAsync()).GetProperty("unread").GetInt64();

    private static SendRequest Shop(string from, string to) => new() { Application = "shop", Sender = from, Recipient = to, Type = 1, Content = "x" };

    private static MessageLogClient Client(WebApiHarness api) => new(api.InnerAddress, new MessageLogOptions { Timeout = Guard.Limit }, TimeProvider.System);
}
