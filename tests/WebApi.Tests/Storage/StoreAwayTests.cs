using System.Net;
using Microsoft.Data.Sqlite;
using Portico.Support;

namespace Portico.WebApi.Tests.Storage;

/// <summary>The database is away or held by somebody else: callers are told so in words, and when it is back everything goes on without a restart.</summary>
public sealed class StoreAwayTests
{
    private static readonly string Device = new('0', 20);

    [Fact]
    public async Task MariaDb_StoppedAndStarted_RefusesInWordsAndGoesOnByItself()
    {
        Assert.SkipWhen(PrivateMariaDb.Missing is not null, PrivateMariaDb.Missing ?? "");
        await using var database = await PrivateMariaDb.StartAsync();
        await database.QueryAsync("CREATE DATABASE away");
        await using var api = await WebApiHarness.StartShopAsync(store: "mysql:" + database.ConnectionString("away") + ";ConnectionTimeout=60");
        var merchant = api.Gateways.Connect("V_2");
        Assert.Equal(1, (await ToMerchantAsync(api, "before").ReadAsync()).GetProperty("status").GetInt32());

        await database.KillAsync();
        await RefusedAsync(api);
        await database.LaunchAsync();
        var later = await ToMerchantAsync(api, "after").ReadAsync();
        var page = await api.GetAsync("/api/v1/messages?uid=U_1&with=V_2").ReadAsync();

        Assert.Equal(1, later.GetProperty("status").GetInt32());
        Assert.Equal(["before", "after"], page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()));
        Assert.Equal("before", (await merchant.NextJsonAsync()).GetProperty("content").GetString());
        Assert.Equal("after", (await merchant.NextJsonAsync()).GetProperty("content").GetString());
    }

    [Fact]
    public async Task Sqlite_FileIsLocked_RefusesInWordsWhileReadsGoOn()
    {
        using var folder = new TemporaryFolder();
        await using var api = await WebApiHarness.StartShopAsync(store: "sqlite:" + folder.File("log.db"));
        Assert.Equal(1, (await ToMerchantAsync(api, "before").ReadAsync()).GetProperty("status").GetInt32());
        using var backup = new SqliteConnection($"Data Source={folder.File("log.db")};Pooling=False");
        backup.Open();
        using (var transaction = backup.BeginTransaction())
        {
            await RefusedAsync(api, reads: HttpStatusCode.OK);
            transaction.Rollback();
        }

        Assert.Equal(1, (await ToMerchantAsync(api, "after").ReadAsync()).GetProperty("status").GetInt32());
    }

    // Old pages get their number or 503, everybody else 503; both at the same time, since a locked file is waited for.
    private static async Task RefusedAsync(WebApiHarness api, HttpStatusCode reads = HttpStatusCode.ServiceUnavailable)
    {
        var old = ToMerchantAsync(api, "refused");
        var fresh = api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content = "refused" });
        using var read = await api.GetAsync("/api/v1/messages?uid=U_1&with=V_2");
        using var number = await old;
        using var words = await fresh;

        Assert.Equal(reads, read.StatusCode);
        // Whether the product could still be looked up decides how far the old page's request came.
        Assert.True(
            number.StatusCode == HttpStatusCode.ServiceUnavailable || await number.Content.ReadAsStringAsync(TestContext.Current.CancellationToken) == """{"status":-3}""",
            number.StatusCode.ToString());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, words.StatusCode);
        Assert.Contains("try again", (await words.ReadAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static Task<HttpResponseMessage> ToMerchantAsync(WebApiHarness api, string text) => api.FormAsync(
        "/push/push/SendMessageToMerchant", new() { ["message"] = text, ["toMid"] = "V_2", ["pid"] = "5", ["client_id"] = Device, ["sendType"] = "message" }, "U_1");
}
