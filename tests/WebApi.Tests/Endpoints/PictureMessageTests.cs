using System.Net;
using System.Text.Json;
using Portico.Client;
using Portico.Contracts.Protos.Messages;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Which pictures a message may show, and what a message of an editable field may cost.</summary>
public sealed class PictureMessageTests
{
    private const string Stored = "/upload/chat/2026/11/30/0123456789abcdef0123456789abcdef.png";

    [Theory]
    [InlineData("http://tracker.example/p.png")]
    [InlineData("https://tracker.example/upload/p.png")]
    [InlineData("http://192.168.0.1/reboot")]
    [InlineData("http://127.0.0.1:8080/upload/chat/x.png")]
    [InlineData("//tracker.example/upload/p.png")]
    [InlineData("/upload//tracker.example/p.png")]
    [InlineData("/upload/../push/push/history")]
    [InlineData("/upload/./x.png")]
    [InlineData("/upload/%2e%2e/push/push/history")]
    [InlineData("/upload/x.png?to=http://tracker.example")]
    [InlineData("/upload/x.png#y")]
    [InlineData("/upload/")]
    [InlineData("/UPLOAD/x.png")]
    [InlineData("upload/x.png")]
    [InlineData("/demo/token?uid=U_1")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("javascript:alert(1)")]
    [InlineData(" /upload/x.png")]
    [InlineData("/upload/x\\y.png")]
    public async Task UsersPicture_ThatIsNoUpload_IsRefusedOnEveryEntry(string address)
    {
        await using var api = await WebApiHarness.StartShopAsync();
        using var log = Client(api);
        var merchant = api.Gateways.Connect("V_2");
        var content = JsonSerializer.Serialize(new[] { Stored, address });

        using var overHttp = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_2", type = 3, content = new[] { Stored, address } }, "U_1");
        var shop = await log.SendAsync(new SendRequest { Application = "shop", Sender = "U_1", Recipient = "V_2", Type = 3, Content = content });
        var service = await log.SendAsync(new SendRequest { Application = "service", Sender = "oX", Type = 3, Content = content });

        Assert.Equal(HttpStatusCode.BadRequest, overHttp.StatusCode);
        Assert.Equal((SendStatus.Invalid, SendStatus.Invalid), (shop.Status, service.Status));
        Assert.Contains("uploaded pictures", shop.Error, StringComparison.Ordinal);
        Assert.True(merchant.IsQuiet);
    }

    [Fact]
    public async Task UsersPicture_ThatWasUploaded_IsStoredAndPushedAsItsPath()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var merchant = api.Gateways.Connect("V_2");
        using var picture = new ByteArrayContent(Media.Samples.Png());
        picture.Headers.ContentType = new("image/png");
        var path = (await api.SendAsync(HttpMethod.Post, "/api/v1/uploads", picture, "U_1").ReadAsync()).GetProperty("path").GetString();

        using var answer = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { to = "V_2", type = 3, content = new[] { path } }, "U_1");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal($"[\"{path}\"]", (await merchant.NextJsonAsync()).GetProperty("content").GetRawText());
        Assert.Equal($"[\"{path}\"]", (await api.GetAsync("/api/v1/messages?with=V_2", "U_1").ReadAsync()).GetProperty("messages")[0].GetProperty("content").GetRawText());
    }

    [Fact]
    public async Task BackendsPicture_MayBeAnywhereOnTheWeb()
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var web = await PostAsync("https://cdn.example/p.png");
        using var script = await PostAsync("javascript:alert(1)");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (web.StatusCode, script.StatusCode));

        Task<HttpResponseMessage> PostAsync(string address) =>
            api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", type = 3, content = new[] { address } });
    }

    [Fact]
    public async Task SendMessageToUser_AMillionTags_AreRefusedBeforeTheyAreRead()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var device = api.Gateways.Connect("V_2").Id.ToString();
        var picture = $"<img src=\"data:image/png;base64,{Convert.ToBase64String(Media.Samples.Png())}\">";

        foreach (var tag in (string[])["<br>", "<!--", "<b a=\""])
        {
            using var answer = await SendAsync(api, device, picture + string.Concat(Enumerable.Repeat(tag, 1_000_000)));

            Assert.Equal("""{"status":-3,"message":"A message holds at most 10000 tags; nothing was sent."}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        Assert.False(Directory.Exists(Path.Combine(api.Folder, "upload", "chat")));
        using var usual = await SendAsync(api, device, string.Concat(Enumerable.Repeat("<div>line</div>", 2000)));
        Assert.Equal(1, (await usual.ReadAsync()).GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task SendMessageToUser_TextThatIsTooLong_StoresNoPictureForNothing()
    {
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:Limits:ContentBytes"] = "1000" });
        var device = api.Gateways.Connect("V_2").Id.ToString();
        var picture = $"<img src=\"data:image/png;base64,{Convert.ToBase64String(Media.Samples.Png())}\">";

        using var answer = await SendAsync(api, device, picture + new string('x', 1001));

        Assert.Equal("""{"status":-3,"message":"The text is longer than 1000 bytes; nothing was sent."}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(Path.Combine(api.Folder, "upload", "chat")));
    }

    private static Task<HttpResponseMessage> SendAsync(WebApiHarness api, string device, string message)
    {
        var form = new MultipartFormDataContent
        {
            { new StringContent(message), "message" },
            { new StringContent(WebApiHarness.Codes.Encode("U_1")), "toUserCode" },
            { new StringContent(device), "client_id" },
            { new StringContent(WebApiHarness.Codes.Encode("V_2")), "myCode" },
        };
        return api.SendAsync(HttpMethod.Post, "/push/push/sendMessageToUser", form, "V_2");
    }

    private static MessageLogClient Client(WebApiHarness api) => new(api.InnerAddress, new MessageLogOptions { Timeout = Guard.Limit }, TimeProvider.System);
}
