using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Portico.Client;
using Portico.Contracts.Protos.Messages;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>The limits of one sender, on every entry of a message.</summary>
public sealed class SendLimitTests
{
    private readonly FakeClock _clock = new() { Start = DateTimeOffset.UtcNow };

    [Fact]
    public async Task Messages_MoreThanTheBurst_429WithTheTimeToWaitAndNothingStored()
    {
        await using var api = await StartAsync("MessagesPerSecond=2", "MessageBurst=3");

        for (var i = 0; i < 3; i++)
        {
            using var stored = await PostAsync(api, "x");
            Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
        }

        using var over = await PostAsync(api, "x");
        Assert.Equal(HttpStatusCode.TooManyRequests, over.StatusCode);
        Assert.Equal("1", over.Headers.GetValues("Retry-After").Single());
        Assert.Equal("Too many messages; try again in 1 s.", (await over.ReadAsync()).GetProperty("detail").GetString());
        Assert.Equal(3, await CountAsync(api, "V_2"));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await PostAsync(api, "x")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x", from: "U_2")).StatusCode);
    }

    [Fact]
    public async Task Messages_OfOneUidOverAllEntries_CountTogetherAndABackendsDoNot()
    {
        await using var api = await StartAsync("MessagesPerSecond=1", "MessageBurst=3");
        using var log = Client(api);
        var form = new Dictionary<string, string> { ["message"] = "hi", ["toMid"] = "V_2", ["pid"] = "5", ["client_id"] = new('0', 20), ["sendType"] = "message" };

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x")).StatusCode);
        Assert.Equal(SendStatus.Stored, (await log.SendAsync(Request("U_1", "V_2"))).Status);
        Assert.Equal(1, (await api.FormAsync("/push/push/SendMessageToMerchant", form, "U_1").ReadAsync()).GetProperty("status").GetInt32());

        var refused = await log.SendAsync(Request("U_1", "V_2"));
        Assert.Equal((SendStatus.TooFast, 1), (refused.Status, refused.RetryAfterSeconds));
        using var old = await api.FormAsync("/push/push/SendMessageToMerchant", form, "U_1");
        Assert.Equal("""{"status":-3,"message":"Too many messages; try again in 1 s."}""", await old.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal((HttpStatusCode.OK, "1"), (old.StatusCode, old.Headers.GetValues("Retry-After").Single()));
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content = "x" })).StatusCode);
        }
    }

    [Fact]
    public async Task Retries_ThatGetTheFirstAnswer_AreNotChargedAgain()
    {
        await using var api = await StartAsync("MessagesPerSecond=1", "MessageBurst=2", "MessageBytesPerDay=20");

        for (var i = 0; i < 20; i++)
        {
            using var answer = await PostAsync(api, "0123456789", "m1");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(i == 0 ? 0 : 1, (await answer.ReadAsync()).GetProperty("repeated").GetInt32());
        }

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "0123456789", "m2")).StatusCode);
        Assert.Equal(2, await CountAsync(api, "V_2"));
    }

    [Fact]
    public async Task BytesOfADay_UsedUp_429UntilTheNextButARetryStillGetsItsAnswer()
    {
        await using var api = await StartAsync("MessageBytesPerDay=20");
        var first = await PostAsync(api, "0123456789", "m1").ReadAsync();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "张三三", "m2")).StatusCode);

        using var over = await PostAsync(api, "02", "m3");
        var retried = await PostAsync(api, "0123456789", "m1").ReadAsync();
        using var conflict = await PostAsync(api, "other", "m1");

        Assert.Equal(HttpStatusCode.TooManyRequests, over.StatusCode);
        Assert.InRange(int.Parse(over.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture), 86_000, 86_400);
        Assert.Equal((1, first.GetProperty("seq").GetInt64()), (retried.GetProperty("repeated").GetInt32(), retried.GetProperty("seq").GetInt64()));
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "1", "m4")).StatusCode);
        _clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "02", "m3")).StatusCode);
    }

    [Fact]
    public async Task NewConversations_OfADay_AreBoundedAndOpenOnesAreNot()
    {
        await using var api = await StartAsync("NewConversationsPerDay=2");
        for (var i = 10; i < 14; i++)
        {
            await api.PutProductAsync(i, $"V_{i}");
        }

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x", to: "V_10")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x", to: "V_11")).StatusCode);
        using var over = await PostAsync(api, "x", to: "V_12");
        Assert.Equal(HttpStatusCode.TooManyRequests, over.StatusCode);
        Assert.StartsWith("Enough new conversations", (await over.ReadAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x", to: "V_10")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.OK, (await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "V_12", to = "U_1", content = "x" })).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x", to: "V_12")).StatusCode);
        _clock.Advance(TimeSpan.FromHours(24));
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x", to: "V_13")).StatusCode);
    }

    [Fact]
    public async Task NewConversation_FirstMessagesAtOnce_CountsOnce()
    {
        await using var api = await StartAsync("NewConversationsPerDay=4");
        await api.PutProductAsync(10, "V_10");
        await api.PutProductAsync(11, "V_11");
        await api.PutProductAsync(12, "V_12");

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PostAsync(api, "x", to: "V_10")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));

        foreach (var to in (string[])["V_11", "V_12", "V_2"])
        {
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "x", to: to)).StatusCode);
        }
    }

    [Fact]
    public async Task RefusedMessages_Count_AndWhatIsNotStoredUsesNothingOfTheDay()
    {
        await using var api = await StartAsync("MessagesPerSecond=1", "MessageBurst=4", "MessageBytesPerDay=10");

        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(api, "0123456789", to: "nobody")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(api, "")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "0123456789")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(api, "x", to: "nobody")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await PostAsync(api, "x", to: "nobody")).StatusCode);
    }

    [Fact]
    public async Task Service_VisitorAndAgent_EachHaveTheirLimit()
    {
        await using var api = await StartAsync("MessagesPerSecond=1", "MessageBurst=2");
        using var log = Client(api);

        Assert.Equal([SendStatus.Stored, SendStatus.Stored, SendStatus.TooFast], await SendAsync("oX", ""));
        Assert.Equal([SendStatus.Stored, SendStatus.Stored, SendStatus.TooFast], await SendAsync("agent1", "oX"));

        async Task<List<SendStatus>> SendAsync(string from, string to)
        {
            var answers = new List<SendStatus>();
            for (var i = 0; i < 3; i++)
            {
                answers.Add((await log.SendAsync(new SendRequest { Application = "service", Sender = from, Recipient = to, Type = 1, Content = "x" })).Status);
            }

            return answers;
        }
    }

    private Task<WebApiHarness> StartAsync(params string[] limits) => WebApiHarness.StartShopAsync(
        limits.Select(limit => limit.Split('=')).ToDictionary(pair => "WebApi:Limits:" + pair[0], pair => (string?)pair[1]), clock: _clock);

    private static async Task<HttpResponseMessage> PostAsync(WebApiHarness api, string content, string id = "", string from = "U_1", string to = "V_2")
    {
        // A token that outlives the days of the test's clock.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/messages") { Content = JsonContent.Create(new { to, content, client_msg_id = id }) };
        request.Headers.Add("Authorization", "Bearer " + WebApiHarness.Token(from, TimeSpan.FromDays(9)));
        return await api.Http.SendAsync(request).Guarded();
    }

    private static async Task<long> CountAsync(WebApiHarness api, string with) =>
        (await api.GetAsync("/api/v1/messages?uid=U_1&with=" + with).ReadAsync()).GetProperty("messages").GetArrayLength();

    private static SendRequest Request(string from, string to) => new() { Application = "shop", Sender = from, Recipient = to, Type = 1, Content = "x" };

    private static MessageLogClient Client(WebApiHarness api) => new(api.InnerAddress, new MessageLogOptions { Timeout = Guard.Limit }, TimeProvider.System);
}
