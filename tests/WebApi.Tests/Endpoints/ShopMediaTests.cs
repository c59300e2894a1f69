using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Portico.Support;
using Portico.WebApi.Tests.Media;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Pictures in the shop, history and date lines (docs/dev/applications.md 1.1). WeChat is played by a local stand-in.</summary>
public sealed class ShopMediaTests
{
    [Fact]
    public async Task SendMessageToUser_TextAndPicture_OldClientsGetServerMadeHtml()
    {
        await using var api = await WebApiHarness.StartAsync();
        await api.PutProductAsync(5, "V_2");
        var (old, fresh, device) = (api.Gateways.Connect("U_1"), api.Gateways.Connect("U_1", "portico.v1"), api.Gateways.Connect("V_2"));
        var message = $"&lt;b&gt;look<img src=\"data:image/png;base64,{Convert.ToBase64String(Samples.Png())}\" onload=\"x\">here";

        var answer = await api.FormAsync("/push/push/sendMessageToUser", Reply(message, device.Id.ToString()), "V_2").ReadAsync();

        Assert.Equal(["status", "timeStamp", "timeStr"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal(1, answer.GetProperty("status").GetInt32());
        var html = (await old.NextJsonAsync()).GetProperty("content").GetString()!;
        Assert.Matches("^&lt;b&gt;look<img src=\"/upload/chat/[0-9]{4}/[0-9]{2}/[0-9]{2}/[0-9a-f]{32}\\.png\">here$", html);
        var parts = (await fresh.NextJsonAsync()).GetProperty("parts");
        Assert.Equal("<b>look", parts[0].GetProperty("text").GetString());
        using var picture = await api.Http.GetAsync(parts[1].GetProperty("image").GetString(), TestContext.Current.CancellationToken);
        Assert.Equal("image/png", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", picture.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotContain("SECRET", await picture.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SendMessageToUser_OneThingWrong_HasItsStatus()
    {
        await using var api = await WebApiHarness.StartAsync();
        await api.PutProductAsync(5, "V_2");
        var device = api.Gateways.Connect("V_2").Id.ToString();
        (string Field, string Value, string As, int Status)[] cases =
        [
            ("client_id", "short", "V_2", -2), ("client_id", "7f0000010b5400000001", "V_2", -2), ("toUserCode", "U_1", "V_2", -1), ("toUserCode", "", "V_2", -1),
            ("myCode", WebApiHarness.Codes.Encode("V_3"), "V_2", -1), ("myCode", "junk", "V_2", -1), ("message", "x", "V_9", -1), ("message", "", "V_2", -3),
            ("message", "<img src=\"data:image/png;base64,PHNjcmlwdD4=\">", "V_2", -3),
        ];
        foreach (var (field, value, asUser, status) in cases)
        {
            var fields = Reply("hi", device);
            fields[field] = value;
            using var answer = await api.FormAsync("/push/push/sendMessageToUser", fields, asUser);
            Assert.Equal($$"""{"status":{{status}}}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task UploadImgage_MediaIds_AreFetchedStoredAndPushed()
    {
        await using var weChat = await WeChatStandInAsync();
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:WeChat:BaseAddress"] = weChat.Urls.Single(), ["WebApi:WeChat:Token"] = "wx" });
        var merchant = api.Gateways.Connect("V_2");
        var device = new string('0', 20);

        using var empty = await PostAsync(api, $"toMid=V_2&client_id={device}");
        using var noDevice = await PostAsync(api, "images[]=a&toMid=V_2");
        using var noMerchant = await PostAsync(api, $"images[]=a&client_id={device}");
        using var noPicture = await PostAsync(api, $"images[]=missing&images[]=script&toMid=V_2&client_id={device}");
        using var sent = await PostAsync(api, $"images[]=a&images[]=missing&images[]=b&toMid=V_2&client_id={device}");

        Assert.Equal("", await empty.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal([-1, -2, -2, 1], new[] { (await noDevice.ReadAsync()), await noMerchant.ReadAsync(), await noPicture.ReadAsync(), await sent.ReadAsync() }.Select(answer => answer.GetProperty("status").GetInt32()));
        var frame = await merchant.NextJsonAsync();
        Assert.Equal(3, frame.GetProperty("c_type").GetInt32());
        Assert.Equal(2, frame.GetProperty("content").GetArrayLength());
        Assert.True(merchant.IsQuiet);
    }

    [Fact]
    public async Task Pictures_MoreThanAMessageHolds_AreRefusedInWordsAndNoneIsLost()
    {
        await using var weChat = await WeChatStandInAsync();
        await using var api = await WebApiHarness.StartShopAsync(new() { ["WebApi:WeChat:BaseAddress"] = weChat.Urls.Single(), ["WebApi:WeChat:Token"] = "wx" });
        var (merchant, buyer) = (api.Gateways.Connect("V_2"), api.Gateways.Connect("U_1"));
        var images = string.Concat(Enumerable.Range(0, 10).Select(i => $"&images[]=a{i}"));
        var inline = string.Concat(Enumerable.Repeat($"<img src=\"data:image/png;base64,{Convert.ToBase64String(Samples.Png())}\">", 10));

        var byBuyer = await PostAsync(api, $"toMid=V_2&client_id={new string('0', 20)}{images}").ReadAsync();
        var byMerchant = await api.FormAsync("/push/push/sendMessageToUser", Reply(inline, merchant.Id.ToString()), "V_2").ReadAsync();

        Assert.Equal((-2, -3), (byBuyer.GetProperty("status").GetInt32(), byMerchant.GetProperty("status").GetInt32()));
        Assert.All([byBuyer, byMerchant], answer => Assert.Contains("at most 9 pictures", answer.GetProperty("message").GetString(), StringComparison.Ordinal));
        Assert.True(merchant.IsQuiet && buyer.IsQuiet);
        Assert.False(Directory.Exists(Path.Combine(api.Folder, "upload", "chat")));
    }

    [Fact]
    public async Task Uploads_ByContentNotByName_QuotaAndPathsHold()
    {
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:Limits:UploadBytesPerDay"] = "150" });

        using var script = await UploadAsync(api, "<?php"u8.ToArray(), "photo.png");
        using var good = await UploadAsync(api, Samples.Png(), "../../../etc/passwd");
        using var over = await UploadAsync(api, Samples.Png(), "again.png");
        using var more = await UploadAsync(api, Samples.Png(), "again.png");

        Assert.Equal(HttpStatusCode.BadRequest, script.StatusCode);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Contains(HttpStatusCode.TooManyRequests, new[] { over.StatusCode, more.StatusCode });
        Assert.StartsWith("/upload/chat/", (await good.ReadAsync()).GetProperty("path").GetString(), StringComparison.Ordinal);
        foreach (var path in new[] { "/upload/../log.db", "/upload/%2e%2e/log.db", "/upload/chat/../../log.db", "/upload/chat/2026/01/01/x.png", "/upload/", "/upload/chat/2026/01/01/%2e%2e%2f%2e%2e%2flog.db" })
        {
            using var answer = await api.Http.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        }
    }

    [Fact]
    public async Task History_GapsAndDays_HaveTheirDateLines()
    {
        var clock = new FakeClock { Start = DateTimeOffset.UtcNow.Date.AddHours(12) };
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:Limits:PageLength"] = "10" }, clock: clock);
        await api.PutProductAsync(5, "V_2");
        var start = clock.GetUtcNow();
        foreach (var wait in new[] { 0, 180, 181, 10 })
        {
            clock.Advance(TimeSpan.FromSeconds(wait));
            await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content = $"<i>{wait}</i>" });
        }

        var today = await api.GetAsync("/push/push/history?uid=U_1&with=V_2").ReadAsync();
        clock.Advance(TimeSpan.FromDays(1));
        var tomorrow = await api.GetAsync("/push/push/history?uid=U_1&with=V_2&limit=2").ReadAsync();
        using var page = await api.GetAsync("/push/push/chat?uid=U_1&pid=5");
        using var noProduct = await api.GetAsync("/push/push/chat?uid=U_1&pid=6");

        Assert.Equal(["12:00:00", null, "12:06:01", null], today.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("line").GetString()));
        Assert.Equal(start.ToString("yyyy'/'MM'/'dd", System.Globalization.CultureInfo.InvariantCulture) + " 12:06:01", tomorrow.GetProperty("messages")[0].GetProperty("line").GetString());
        Assert.True(tomorrow.GetProperty("more").GetBoolean());
        var html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("&lt;i&gt;181&lt;/i&gt;", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<i>", html, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.Equal("DENY", page.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal(HttpStatusCode.NotFound, noProduct.StatusCode);
    }

    private static Dictionary<string, string> Reply(string message, string device) =>
        new() { ["message"] = message, ["toUserCode"] = WebApiHarness.Codes.Encode("U_1"), ["client_id"] = device, ["myCode"] = WebApiHarness.Codes.Encode("V_2") };

    private static Task<HttpResponseMessage> PostAsync(WebApiHarness api, string form) =>
        api.SendAsync(HttpMethod.Post, "/push/push/uploadImgage", new StringContent(form, System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"), "U_1");

    private static async Task<HttpResponseMessage> UploadAsync(WebApiHarness api, byte[] content, string name)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", name } };
        return await api.SendAsync(HttpMethod.Post, "/api/v1/uploads", form, "U_1");
    }

    internal static async Task<WebApplication> WeChatStandInAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        app.MapGet("/cgi-bin/media/get", async context =>
        {
            var id = context.Request.Query["media_id"].ToString();
            var isKnown = context.Request.Query["access_token"] == "wx" && id != "missing";
            context.Response.ContentType = isKnown ? "image/jpeg" : "text/plain";
            await context.Response.Body.WriteAsync(!isKnown ? """{"errcode":40007,"errmsg":"invalid media_id"}"""u8.ToArray() : id == "script" ? "<script>"u8.ToArray() : Samples.Jpeg());
        });
        await app.StartAsync();
        return app;
    }
}
