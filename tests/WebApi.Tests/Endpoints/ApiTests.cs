using System.Globalization;
using System.Net;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>The routes below /api/v1, and who may call at all.</summary>
public sealed class ApiTests
{
    [Fact]
    public async Task Messages_ByBothSides_EachSeesWhatHeMaySee()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var code = WebApiHarness.Codes.Encode("U_1");
        await SendAsync(api, "U_1", "V_2", "one");
        await SendAsync(api, "V_2", code, "two");
        await SendAsync(api, "U_1", "V_2", "three");

        var backend = await api.GetAsync("/api/v1/messages?uid=U_1&with=V_2&after=0&limit=2").ReadAsync();
        var merchant = await api.GetAsync($"/api/v1/messages?with={code}&after=1", "V_2").ReadAsync();
        var spying = await api.GetAsync("/api/v1/messages?with=U_1", "V_2").ReadAsync();
        var back = await api.GetAsync("/api/v1/messages?with=V_2&before=3&limit=1", "U_1").ReadAsync();

        Assert.True(backend.GetProperty("more").GetBoolean());
        Assert.Equal(["id", "conversation", "seq", "sender", "recipient", "type", "content", "sent_at"], backend.GetProperty("messages")[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal(["U_1", "V_2"], backend.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("sender").GetString()));
        Assert.Equal(["V_2", code], merchant.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("sender").GetString()));
        Assert.False(merchant.GetProperty("more").GetBoolean());
        Assert.Equal(0, spying.GetProperty("messages").GetArrayLength());
        Assert.Equal(2, back.GetProperty("messages")[0].GetProperty("seq").GetInt32());
    }

    [Fact]
    public async Task Send_ToWhomOneMayNotAddress_IsNotFound()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        (string From, string To)[] wrong = [("V_2", "U_1"), ("U_1", "U_2"), ("U_1", "U_1"), ("U_1", "x y"), ("U_1", WebApiHarness.Codes.Encode("U_2"))];
        foreach (var (from, to) in wrong)
        {
            using var answer = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to, content = "x" }, from);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "V_2", to = "U_1", content = "x" })).StatusCode);
    }

    [Theory]
    [InlineData("""{"to":"V_2","content":""}""")]
    [InlineData("""{"to":"V_2"}""")]
    [InlineData("""{"to":"V_2","content":"a\u0000b"}""")]
    [InlineData("""{"to":"V_2","content":"x","type":4}""")]
    [InlineData("""{"to":"V_2","content":"x","type":"y"}""")]
    [InlineData("""{"to":"V_2","content":{"id":77},"type":2}""")]
    [InlineData("""{"to":"V_2","content":["javascript:alert(1)"],"type":3}""")]
    [InlineData("""{"to":"V_2","content":["/upload/x\" onerror=\"y"],"type":3}""")]
    [InlineData("""{"to":"V_2","content":"x","client_msg_id":"a b"}""")]
    public async Task Send_WrongContent_IsABadRequest(string body)
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await api.SendAsync(HttpMethod.Post, "/api/v1/messages", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), "U_1");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Read_ByTheReceiver_TellsTheOtherSideAndCountsDown()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var buyer = api.Gateways.Connect("U_1", "portico.v1");
        var old = api.Gateways.Connect("U_1");
        await SendAsync(api, "U_1", "V_2", "one");
        var conversation = (await SendAsync(api, "U_1", "V_2", "two")).GetProperty("conversation").GetString();
        Assert.Contains("\"own\":1", await buyer.NextAsync() + await buyer.NextAsync(), StringComparison.Ordinal);

        Assert.Equal(2, (await api.GetAsync("/api/v1/unread", "V_2").ReadAsync()).GetProperty("unread").GetInt32());
        var read = await api.JsonAsync(HttpMethod.Post, "/api/v1/read", new { conversation, seq = 1 }, "V_2").ReadAsync();
        using var stranger = await api.JsonAsync(HttpMethod.Post, "/api/v1/read", new { conversation, seq = 1 }, "V_3");

        Assert.Equal(1, read.GetProperty("unread").GetInt32());
        Assert.Equal($$"""{"type":"read","conversation":"{{conversation}}","seq":1}""", await buyer.NextAsync());
        Assert.True(old.IsQuiet);
        Assert.Equal(HttpStatusCode.NotFound, stranger.StatusCode);
        var listed = (await api.GetAsync("/api/v1/conversations", "U_1").ReadAsync()).GetProperty("conversations")[0];
        Assert.Equal(1, listed.GetProperty("peer_read").GetInt32());
        Assert.Equal("V_2", listed.GetProperty("peer").GetString());
        Assert.Equal(listed.GetProperty("last_seq").GetInt64(), listed.GetProperty("last").GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task Conversations_LastMessagesAreLong_TheAnswerStaysSmall()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:Limits:PageBytes"] = "4096" });
        foreach (var buyer in (string[])["U_1", "U_2", "U_3"])
        {
            await SendAsync(api, buyer, "V_2", new string('x', 3000));
        }

        var list = (await api.GetAsync("/api/v1/conversations", "V_2").ReadAsync()).GetProperty("conversations").EnumerateArray().ToList();

        Assert.Equal(3, list.Count);
        Assert.Single(list, conversation => conversation.TryGetProperty("last", out _));
    }

    [Fact]
    public async Task Sync_KnownAndUnknownConversations_GivesWhatIsMissing()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var first = (await SendAsync(api, "U_1", "V_2", "one")).GetProperty("conversation").GetString()!;
        await SendAsync(api, "U_1", "V_2", "two");
        await SendAsync(api, "U_1", "V_2", "three");
        var second = (await SendAsync(api, "U_1", "E_4", "x")).GetProperty("conversation").GetString()!;
        var foreign = (await SendAsync(api, "U_9", "E_4", "secret")).GetProperty("conversation").GetString()!;

        var got = (await api.GetAsync($"/api/v1/sync?after={first}:1,{foreign}:0&limit=1", "U_1").ReadAsync()).GetProperty("conversations");
        var posted = (await api.JsonAsync(HttpMethod.Post, "/api/v1/sync", new { conversations = new Dictionary<string, int> { [first] = 2 } }, "U_1").ReadAsync()).GetProperty("conversations");

        Assert.Equal("two", got.GetProperty(first).GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.True(got.GetProperty(first).GetProperty("more").GetBoolean());
        Assert.Equal(3, got.GetProperty(first).GetProperty("last_seq").GetInt32());
        Assert.Equal(0, got.GetProperty(second).GetProperty("messages").GetArrayLength());
        Assert.False(got.TryGetProperty(foreign, out _));
        Assert.Equal("three", Assert.Single(posted.GetProperty(first).GetProperty("messages").EnumerateArray()).GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("after={0}:1")]
    [InlineData("after[{0}]=1")]
    [InlineData("conversations[{0}]=1")]
    [InlineData("conversations=%7B%22{0}%22:1%7D")]
    [InlineData("conversation={0}&after=1")]
    public async Task Sync_EveryFormOfTheQuery_GivesWhatIsMissing(string query)
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var conversation = (await SendAsync(api, "U_1", "V_2", "one")).GetProperty("conversation").GetString()!;
        await SendAsync(api, "U_1", "V_2", "two");

        var got = (await api.GetAsync("/api/v1/sync?" + string.Format(CultureInfo.InvariantCulture, query, conversation), "U_1").ReadAsync()).GetProperty("conversations");

        Assert.Equal("two", Assert.Single(got.GetProperty(conversation).GetProperty("messages").EnumerateArray()).GetProperty("content").GetString());
    }

    [Theory]
    [InlineData("after=x:1")]
    [InlineData("after[1]=-1")]
    [InlineData("conversations=%5B1%5D")]
    [InlineData("conversations=%7B")]
    [InlineData("conversations=%7B%22%5Cud800%22:1%7D")]
    [InlineData("conversations=%7B%221%22:%7B%7D%7D")]
    [InlineData("conversation=1&after=1.5")]
    public async Task Sync_BadSequences_AreNamed(string query)
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await api.GetAsync("/api/v1/sync?" + query, "U_1");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await answer.ReadAsync()).GetProperty("errors").TryGetProperty("conversations", out _));
    }

    [Fact]
    public async Task Recall_WithinAndAfterTwoMinutes_OnlyTheFirst()
    {
        var clock = new FakeClock { Start = DateTimeOffset.UtcNow };
        await using var api = await WebApiHarness.StartShopAsync(clock: clock);
        var merchant = api.Gateways.Connect("V_2", "portico.v1");
        var conversation = (await SendAsync(api, "U_1", "V_2", "one")).GetProperty("conversation").GetString();
        await SendAsync(api, "U_1", "V_2", "two");

        // Messages are pushed beside the answers: what is recalled first would overtake them.
        await merchant.NextAsync();
        await merchant.NextAsync();

        using var foreign = await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { conversation, seq = 1 }, "V_2");
        using var done = await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { conversation, seq = 1 }, "U_1");
        clock.Advance(TimeSpan.FromSeconds(121));
        using var late = await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { conversation, seq = 2 }, "U_1");

        Assert.Equal([HttpStatusCode.Forbidden, HttpStatusCode.OK, HttpStatusCode.Gone], new[] { foreign.StatusCode, done.StatusCode, late.StatusCode });
        Assert.Equal($$"""{"type":"recall","conversation":"{{conversation}}","seq":1}""", await merchant.NextAsync());
        var message = (await api.GetAsync("/api/v1/messages?with=V_2", "U_1").ReadAsync()).GetProperty("messages")[0];
        Assert.True(message.GetProperty("recalled").GetBoolean());
        Assert.Equal("", message.GetProperty("content").GetString());
    }

    [Fact]
    public async Task AdminGateways_UnknownOrNone_IsSaidToBackendsAlone()
    {
        await using var api = await WebApiHarness.StartShopAsync(register: new Portico.Support.TextRegister(null));

        using var unknown = await api.GetAsync("/api/v1/admin/gateways");
        api.Register.Announce();
        await Portico.Support.Guard.UntilAsync(async () => (await api.GetAsync("/api/v1/admin/gateways")).StatusCode == HttpStatusCode.OK, "the register's answer");
        var listed = await api.GetAsync("/api/v1/admin/gateways").ReadAsync();
        using var byUser = await api.GetAsync("/api/v1/admin/gateways", "U_1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, unknown.StatusCode);
        Assert.Contains("No register has answered", (await unknown.ReadAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, listed.GetProperty("gateways").GetArrayLength());
        Assert.Equal(HttpStatusCode.Forbidden, byUser.StatusCode);
    }

    [Fact]
    public async Task Codes_ByBackendAndUser_EachGetsHis()
    {
        await using var api = await WebApiHarness.StartShopAsync();

        var backend = await api.JsonAsync(HttpMethod.Post, "/api/v1/codes", new { uids = new[] { "U_1" }, codes = new[] { WebApiHarness.Codes.Encode("U_3"), "junk" } }).ReadAsync();
        var user = await api.JsonAsync(HttpMethod.Post, "/api/v1/codes", new { uids = new[] { "U_1" } }, "V_2").ReadAsync();

        Assert.Equal(WebApiHarness.Codes.Encode("U_1"), backend.GetProperty("codes").GetProperty("U_1").GetString());
        Assert.Equal("U_3", backend.GetProperty("uids").GetProperty(WebApiHarness.Codes.Encode("U_3")).GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, backend.GetProperty("uids").GetProperty("junk").ValueKind);
        Assert.Equal("V_2", Assert.Single(user.GetProperty("codes").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Products_ByAUserOrWithoutFields_AreRefused()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var product = new { merchant_uid = "V_2", title = "x" };

        Assert.Equal(HttpStatusCode.Forbidden, (await api.JsonAsync(HttpMethod.Put, "/api/v1/products/1", product, "V_2")).StatusCode);
        var bad = await api.JsonAsync(HttpMethod.Put, "/api/v1/products/1", new { price = 1 }).ReadAsync();
        Assert.Equal(["merchant_uid", "title"], bad.GetProperty("errors").EnumerateObject().Select(error => error.Name).Order());
        Assert.Equal(HttpStatusCode.BadRequest, (await api.JsonAsync(HttpMethod.Put, "/api/v1/products/x", product)).StatusCode);
    }

    [Fact]
    public async Task Tokens_ExpiredForgedOrByCookie_AreTold()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(api, "Authorization", "Bearer " + WebApiHarness.Token("U_1", TimeSpan.FromSeconds(-1))));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(api, "Authorization", "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJVXzEiLCJleHAiOjE4OTM0NTYwMDB9."));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(api, "Cookie", "portico_token=junk"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(api, "Cookie", "portico_token=" + WebApiHarness.Token("U_1")));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(api, "Cookie", "portico_token=" + WebApiHarness.Token("U_1"), ("Origin", "https://evil.example")));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusAsync(api, "Cookie", "portico_token=" + WebApiHarness.Token("U_1"), ("Host", "evil.example")));
    }

    [Fact]
    public async Task Cors_AllowedOrigin_GetsItsHeaders()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:AllowedOrigins:0"] = "https://shop.example" });
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/v1/unread");
        preflight.Headers.Add("Origin", "https://shop.example");
        preflight.Headers.Add("Access-Control-Request-Method", "GET");

        using var answer = await api.Http.SendAsync(preflight, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("https://shop.example", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    [Fact]
    public async Task Demo_OffAndOn_OnlyOnGivesATokenThatWorks()
    {
        await using var off = await WebApiHarness.StartShopAsync();
        await using var on = await WebApiHarness.StartShopAsync(new() { ["WebApi:Demo"] = "true" });

        using var none = await off.Http.GetAsync("/demo/token?uid=U_1", TestContext.Current.CancellationToken);
        var token = (await on.Http.GetAsync("/demo/token?uid=U_1", TestContext.Current.CancellationToken).ReadAsync()).GetProperty("token").GetString();

        Assert.Equal(HttpStatusCode.NotFound, none.StatusCode);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(on, "Authorization", "Bearer " + token));
    }

    [Fact]
    public async Task Presence_SlowGateways_DoNotHoldASend()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:Limits:PresenceMilliseconds"] = "50" });
        var never = new TaskCompletionSource();
        api.Gateways.Delay = () => never.Task;

        var sent = await SendAsync(api, "U_1", "V_2", "x");

        Assert.Equal(1, sent.GetProperty("seq").GetInt32());
        never.SetResult();
    }

    private static Task<System.Text.Json.JsonElement> SendAsync(WebApiHarness api, string from, string to, string content) =>
        api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to, content }, from).ReadAsync();

    private static async Task<HttpStatusCode> StatusAsync(WebApiHarness api, string header, string value, (string Name, string Value)? more = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/unread");
        request.Headers.TryAddWithoutValidation(header, value);
        if (more is { } second)
        {
            request.Headers.TryAddWithoutValidation(second.Name, second.Value);
        }

        using var answer = await api.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
