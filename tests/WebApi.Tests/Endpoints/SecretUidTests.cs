using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Support;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>A merchant never learns a buyer's uid: not from an answer, an error or a push (docs/dev/applications.md 1.1).</summary>
public sealed class SecretUidTests
{
    private const string Number = "987654321";
    private const string Buyer = "U_" + Number;
    private static readonly string Code = WebApiHarness.Codes.Encode(Buyer);

    [Fact]
    public async Task Everything_AMerchantIsToldByHttp_HasCodesAlone()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var conversation = await TalkAsync(api);
        (HttpMethod Method, string Path, object? Body)[] calls =
        [
            (HttpMethod.Get, $"/api/v1/messages?with={Code}", null), (HttpMethod.Get, "/api/v1/conversations", null), (HttpMethod.Get, $"/api/v1/sync?after={conversation}:0", null),
            (HttpMethod.Get, "/api/v1/unread", null), (HttpMethod.Get, $"/api/v1/presence?uids={Code}", null), (HttpMethod.Get, $"/push/push/history?with={Code}", null),
            (HttpMethod.Get, $"/push/push/history?with={Code}&format=html", null), (HttpMethod.Get, "/push/push/chat?pid=5", null), (HttpMethod.Get, "/api/v1/products/5", null),
            (HttpMethod.Post, "/api/v1/codes", new { codes = new[] { Code }, uids = new[] { "V_2" } }), (HttpMethod.Post, "/api/v1/read", new { conversation, seq = 1 }),
            (HttpMethod.Post, "/api/v1/typing", new { conversation }), (HttpMethod.Post, "/api/v1/recall", new { conversation, seq = 1 }),
            (HttpMethod.Post, "/api/v1/messages", new { to = Code, content = "x", client_msg_id = "same" }), (HttpMethod.Post, "/api/v1/messages", new { to = Code, content = "y", client_msg_id = "same" }),
            (HttpMethod.Post, "/api/v1/messages", new { to = Code, content = "", type = 9 }), (HttpMethod.Get, $"/api/v1/admin/export?conversation={conversation}", null),
        ];

        foreach (var (method, path, body) in calls)
        {
            using var answer = body is null ? await api.SendAsync(method, path, null, "V_2") : await api.JsonAsync(method, path, body, "V_2");
            var all = answer.Headers + await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.False(all.Contains(Number, StringComparison.Ordinal), $"{method} {path}: {all}");
        }
    }

    [Fact]
    public async Task Everything_AMerchantIsPushedOrAnswered_HasCodesAlone()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var (old, fresh) = (api.Gateways.Connect("V_2"), api.Gateways.Connect("V_2", "portico.v1"));
        var conversation = await TalkAsync(api);

        // Two messages, for the new client its own one too. They are pushed beside the answers: what follows is behind them.
        List<string> seen = [await old.NextAsync(), await fresh.NextAsync(), await fresh.NextAsync()];
        await api.JsonAsync(HttpMethod.Post, "/api/v1/read", new { conversation, seq = 2 }, Buyer);
        await api.JsonAsync(HttpMethod.Post, "/api/v1/typing", new { conversation }, Buyer);
        await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { conversation, seq = 1 }, Buyer);
        using var log = new MessageLogClient(api.InnerAddress, new MessageLogOptions { Timeout = Guard.Limit }, TimeProvider.System);
        foreach (var frame in new[] { "sync\",\"conversations\":{\"" + conversation + "\":0},\"x\":\"", $"read\",\"conversation\":\"{conversation}\",\"seq\":\"2", $"recall\",\"conversation\":\"{conversation}\",\"seq\":\"1", $"online\",\"uids\":[\"{Code}\"],\"x\":\"" })
        {
            var answer = await log.HandleAsync("shop", "V_2", "", Encoding.UTF8.GetBytes("{\"type\":\"" + frame + "\"}"), cancellationToken: TestContext.Current.CancellationToken);
            Assert.DoesNotContain(Number, Encoding.UTF8.GetString(answer!.Value.Span), StringComparison.Ordinal);
        }

        // Read, typing and recall.
        seen.AddRange([await fresh.NextAsync(), await fresh.NextAsync(), await fresh.NextAsync()]);
        Assert.All(seen, frame => Assert.DoesNotContain(Number, frame, StringComparison.Ordinal));
        Assert.Contains("\"recall\"", seen[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Codes_OfRotatedKeys_AreReadAndTheConversationIsTheSame()
    {
        string[] keys = [new('n', 40), new('c', 40)];
        var (newest, older) = (new OpaqueCodes(keys), new OpaqueCodes([keys[1]]));
        await using var api = await WebApiHarness.StartShopAsync(new() { ["CodeKeys:0"] = keys[0], ["CodeKeys:1"] = keys[1] });
        var merchant = api.Gateways.Connect("V_2");
        var device = merchant.Id.ToString();

        foreach (var (mine, theirs) in new[] { (older, older), (newest, newest), (older, newest) })
        {
            var answer = await api.FormAsync(
                "/push/push/sendMessageToUser", new() { ["message"] = "hi", ["toUserCode"] = theirs.Encode(Buyer), ["client_id"] = device, ["myCode"] = mine.Encode("V_2") }, "V_2").ReadAsync();
            Assert.Equal(1, answer.GetProperty("status").GetInt32());
        }

        await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_2", content = "x" }, Buyer);
        Assert.Equal(newest.Encode(Buyer), (await merchant.NextJsonAsync()).GetProperty("source").GetString());
        var stranger = new OpaqueCodes([new string('z', 40)]);
        var refused = await api.FormAsync(
            "/push/push/sendMessageToUser", new() { ["message"] = "hi", ["toUserCode"] = stranger.Encode(Buyer), ["client_id"] = device, ["myCode"] = newest.Encode("V_2") }, "V_2").ReadAsync();
        Assert.Equal(-1, refused.GetProperty("status").GetInt32());
        var listed = Assert.Single((await api.GetAsync("/api/v1/conversations", "V_2").ReadAsync()).GetProperty("conversations").EnumerateArray());
        Assert.Equal((4, newest.Encode(Buyer)), (listed.GetProperty("last_seq").GetInt32(), listed.GetProperty("peer").GetString()));
    }

    private static async Task<string> TalkAsync(WebApiHarness api)
    {
        var sent = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_2", content = "first", client_msg_id = "b1" }, Buyer).ReadAsync();
        await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = Code, content = "second" }, "V_2").ReadAsync();
        Assert.NotNull(await api.Services.GetRequiredService<ChatLog>().FindAsync(ConversationKey.Between(Buyer, "V_2")));
        return sent.GetProperty("conversation").GetString()!;
    }
}
