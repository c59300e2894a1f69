using System.Net;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Text that wants to harm, on both databases: it is kept to the letter, and escaped wherever a page could take it for markup.</summary>
public sealed class HostileTextTests(MariaDbFixture server)
{
    private static readonly string[] Texts =
    [
        "<script>alert(1)</script>", "</textarea><img src=x onerror=alert(1)>", "\"'><svg/onload=alert(1)>", "&lt;b&gt; &amp;amp;", "javascript:alert(1)",
        "\u202Eevil.exe\u202C \u2066x\u2069", "zero\u200Bwidth\u200D\uFEFF", "👩‍👩‍👧‍👦 𠮷野家 🇨🇳", "a\r\nb\tc", "'; DROP TABLE messages; --", "{\"type\":\"reception\"}", "\\\\\\\"", "\u2028\u2029\u0001", new string('界', 34_000),
    ];

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Text_OfEveryHardKind_IsKeptRawAndShownEscaped(string kind)
    {
        await using var api = await WebApiHarness.StartShopAsync(store: kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : null);
        var (old, fresh) = (api.Gateways.Connect("V_2"), api.Gateways.Connect("V_2", "portico.v1"));
        foreach (var text in Texts)
        {
            var answer = await api.FormAsync(
                "/push/push/SendMessageToMerchant", new() { ["message"] = text, ["toMid"] = "V_2", ["pid"] = "5", ["client_id"] = new string('0', 20), ["sendType"] = "message" }, "U_1").ReadAsync();

            Assert.Equal(1, answer.GetProperty("status").GetInt32());
            Assert.Equal(text, (await fresh.NextJsonAsync()).GetProperty("content").GetString());
            Assert.Equal(HtmlText.Escape(text), (await old.NextJsonAsync()).GetProperty("content").GetString());
        }

        var stored = (await api.GetAsync("/api/v1/messages?with=V_2", "U_1").ReadAsync()).GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString());
        Assert.Equal(Texts, stored);
        using var html = await api.GetAsync("/push/push/history?with=V_2&format=html", "U_1");
        Assert.DoesNotMatch("<(script|svg|img|textarea)", await html.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        using var page = await api.GetAsync("/push/push/chat?pid=5", "U_1");
        Assert.DoesNotContain("alert(1)</script>", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        Assert.Equal(Texts.Select(HtmlText.Escape), connection.Query<string>("SELECT send_message FROM hp_chat_log ORDER BY id"));
    }

    [Theory]
    [InlineData("application/json", "{\"to\":\"V_2\",\"content\":\"\\ud800 half\"}")]
    [InlineData("application/json", "{\"to\":\"V_2\",\"content\":\"\\udc00\\ud800\"}")]
    [InlineData("application/json", "{\"to\":\"V_2\",\"content\":\"a\\u0000b\"}")]
    [InlineData("application/x-www-form-urlencoded", "to=V_2&content=%ED%A0%80")]
    [InlineData("application/x-www-form-urlencoded", "to=V_2&content=%C0%80")]
    [InlineData("application/x-www-form-urlencoded", "to=V_2&content=%00")]
    [InlineData("application/x-www-form-urlencoded", "to=V_2&content=%FF")]
    [InlineData("application/json", "{\"to\":\"V_2\",\"content\":\"x\",\"client_msg_id\":\"\\ud800\"}")]
    public async Task Text_ThatIsNoText_IsRefusedAndNamed(string type, string body)
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await api.SendAsync(HttpMethod.Post, "/api/v1/messages", new StringContent(body, Encoding.ASCII, type), "U_1");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(0, (await api.GetAsync("/api/v1/messages?with=V_2", "U_1").ReadAsync()).GetProperty("messages").GetArrayLength());
    }

    [Theory]
    [InlineData("""{"merchant_uid":"V_2","title":"x","stock":"\ud800"}""", "stock")]
    [InlineData("""{"merchant_uid":"V_2","title":"x","more":{"a":["\udfff"]}}""", "more")]
    [InlineData("""{"merchant_uid":"V_2","title":"x","more":{"\ud800":1}}""", "more")]
    [InlineData("""{"\ud800":1,"merchant_uid":"V_2","title":"x"}""", "body")]
    public async Task Product_HalfOfASurrogatePairAnywhere_IsRefusedAndNamed(string body, string field)
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await api.SendAsync(HttpMethod.Put, "/api/v1/products/7", new StringContent(body, Encoding.ASCII, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.True((await answer.ReadAsync()).GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Product_WholePairs_AreTaken()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        const string Body = """{"merchant_uid":"V_2","title":"\ud83d\ude00 \\ud800 \u4e00","image":"/a\\\u002f","more":{"\ud83d\ude00":"\uD83D\uDE00"}}""";

        using var answer = await api.SendAsync(HttpMethod.Put, "/api/v1/products/7", new StringContent(Body, Encoding.ASCII, "application/json"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("😀 \\ud800 一", (await api.GetAsync("/api/v1/products/7").ReadAsync()).GetProperty("card").GetProperty("title").GetString());
    }

    [Fact]
    public async Task Text_LargerThanTheLimit_IsRefused()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:Limits:ContentBytes"] = "100" });

        using var fits = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_2", content = new string('界', 33) }, "U_1");
        using var large = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_2", content = new string('界', 34) }, "U_1");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (fits.StatusCode, large.StatusCode));
        Assert.Equal(JsonValueKind.Object, (await large.ReadAsync()).ValueKind);
    }
}
