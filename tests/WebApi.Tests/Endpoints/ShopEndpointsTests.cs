using System.Net;
using System.Text.Json;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>docs/dev/applications.md 1.1: the shop, status by status.</summary>
public sealed class ShopEndpointsTests
{
    [Fact]
    public async Task BindUserClientId_OwnSocket_IsBoundOnce()
    {
        await using var api = await WebApiHarness.StartAsync();
        var mine = api.Gateways.Connect();
        var neighbours = api.Gateways.Connect("U_9");

        Assert.Equal("""{"status":1}""", await TextAsync(api.FormAsync("/push/push/BindUserClientId", new() { ["client_id"] = mine.Id.ToString() }, "U_1")));
        Assert.Equal("U_1", mine.Uid);
        Assert.Equal("""{"status":1}""", await TextAsync(api.FormAsync("/push/push/BindUserClientId", new() { ["client_id"] = mine.Id.ToString(), ["uid"] = "U_1" })));
        Assert.Equal("""{"status":-1}""", await TextAsync(api.FormAsync("/push/push/BindUserClientId", new() { ["client_id"] = neighbours.Id.ToString() }, "U_1")));
        Assert.Equal("U_9", neighbours.Uid);
        string[] wrong = ["", "short", "7f0000010b5400000999", "7f0000010b540000099", "zzzzzzzzzzzzzzzzzzzz", "7f00000100010000000a"];
        foreach (var id in wrong)
        {
            Assert.Equal("""{"status":-1}""", await TextAsync(api.FormAsync("/push/push/BindUserClientId", new() { ["client_id"] = id }, "U_1")));
        }
    }

    [Fact]
    public async Task SendMessageToMerchant_Text_IsStoredPushedAndAnswered()
    {
        await using var api = await WebApiHarness.StartAsync();
        await api.PutProductAsync(5, "V_2");
        var (old, fresh, device, other) = (api.Gateways.Connect("V_2"), api.Gateways.Connect("V_2", "portico.v1"), api.Gateways.Connect("U_1", "portico.v1"), api.Gateways.Connect("U_1", "portico.v1"));

        var answer = await api.FormAsync("/push/push/SendMessageToMerchant", Message("<b>hi</b> 张三", device.Id.ToString()), "U_1").ReadAsync();

        Assert.Equal(1, answer.GetProperty("status").GetInt32());
        Assert.Equal("", answer.GetProperty("html").GetString());
        var frame = await old.NextJsonAsync();
        Assert.Equal(["type", "content", "time", "timestamp", "c_type", "primary", "source"], frame.EnumerateObject().Select(member => member.Name));
        Assert.Equal("reception", frame.GetProperty("type").GetString());
        Assert.Equal("&lt;b&gt;hi&lt;/b&gt; 张三", frame.GetProperty("content").GetString());
        Assert.Equal(1, frame.GetProperty("c_type").GetInt32());
        Assert.Equal(answer.GetProperty("timeStamp").GetInt64(), frame.GetProperty("timestamp").GetInt64());
        Assert.Equal(answer.GetProperty("timeStr").GetString(), frame.GetProperty("time").GetString());
        Assert.True(WebApiHarness.Codes.TryDecode(frame.GetProperty("source").GetString(), out var source));
        Assert.Equal("U_1", source);
        var newer = await fresh.NextJsonAsync();
        Assert.Equal("<b>hi</b> 张三", newer.GetProperty("content").GetString());
        Assert.Equal(1, newer.GetProperty("seq").GetInt64());
        Assert.Equal(1, (await other.NextJsonAsync()).GetProperty("own").GetInt32());
        Assert.True(device.IsQuiet);
    }

    [Fact]
    public async Task SendMessageToMerchant_Link_PushesTheCardWithoutSecrets()
    {
        await using var api = await WebApiHarness.StartAsync();
        await api.PutProductAsync(5, "V_2");
        var merchant = api.Gateways.Connect("V_2");
        var fields = Message("ignored", new string('0', 20));
        fields["sendType"] = "link";

        var answer = await api.FormAsync("/push/push/SendMessageToMerchant", fields, "U_1").ReadAsync();

        Assert.Contains("Tea &amp; &lt;Cups&gt;", answer.GetProperty("html").GetString(), StringComparison.Ordinal);
        var content = (await merchant.NextJsonAsync()).GetProperty("content");
        Assert.Equal("""{"id":5,"title":"Tea & <Cups>","image":"/i/1.png","url":"/p/1"}""", content.GetRawText());
    }

    [Theory]
    [InlineData("sendType", "video", -1)]
    [InlineData("sendType", null, -1)]
    [InlineData("client_id", "short", -1)]
    [InlineData("client_id", null, -1)]
    [InlineData("toMid", "", -2)]
    [InlineData("toMid", null, -2)]
    [InlineData("pid", "0", -2)]
    [InlineData("pid", "-5", -2)]
    [InlineData("pid", "x", -2)]
    [InlineData("pid", null, -2)]
    [InlineData("pid", "6", -3)]
    [InlineData("toMid", "V_3", -3)]
    [InlineData("message", "", -3)]
    public async Task SendMessageToMerchant_OneThingWrong_HasItsStatus(string field, string? value, int status)
    {
        await using var api = await WebApiHarness.StartAsync();
        await api.PutProductAsync(5, "V_2");
        var fields = Message("hi", new string('0', 20));
        fields.Remove(field);
        if (value is not null)
        {
            fields[field] = value;
        }

        Assert.Equal($$"""{"status":{{status}}}""", await TextAsync(api.FormAsync("/push/push/SendMessageToMerchant", fields, "U_1")));
    }

    [Theory]
    [InlineData("sendType=x&client_id=short&toMid=&pid=0", -1)]
    [InlineData("sendType=message&client_id=short&toMid=&pid=0", -1)]
    [InlineData("sendType=message&client_id=00000000000000000000&toMid=&pid=6", -2)]
    [InlineData("sendType=message&client_id=00000000000000000000&toMid=V_3&pid=0", -2)]
    [InlineData("sendType=link&client_id=00000000000000000000&toMid=V_3&pid=5&message=", -3)]
    public async Task SendMessageToMerchant_SeveralThingsWrong_TheFirstOfTheListCounts(string form, int status)
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await api.SendAsync(
            HttpMethod.Post, "/push/push/SendMessageToMerchant", new StringContent(form, System.Text.Encoding.ASCII, "application/x-www-form-urlencoded"), "U_1");

        Assert.Equal($$"""{"status":{{status}}}""", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("BindUserClientId")]
    [InlineData("SendMessageToMerchant")]
    [InlineData("sendMessageToUser")]
    [InlineData("uploadImgage")]
    public async Task PushRoutes_Ajax_EachAnswersAStringThatHoldsTheJson(string route)
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var fields = new Dictionary<string, string> { ["images[]"] = "x", ["client_id"] = "short" };

        var bare = await api.FormAsync("/push/push/" + route, fields, "V_2").ReadAsync();
        var wrapped = await api.FormAsync("/push/push/" + route, fields, "V_2", ajax: true).ReadAsync();
        using var get = await api.GetAsync("/push/push/" + route, "V_2");
        using var nobody = await api.Http.PostAsync("/push/push/" + route, new FormUrlEncodedContent(fields), TestContext.Current.CancellationToken);

        Assert.Equal(bare.GetRawText(), wrapped.GetString());
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Unauthorized), (get.StatusCode, nobody.StatusCode));
    }

    [Fact]
    public async Task PushRoutes_Ajax_AnswerAStringThatHoldsTheJson()
    {
        await using var api = await WebApiHarness.StartAsync();
        await api.PutProductAsync(5, "V_2");

        var answer = await api.FormAsync("/push/push/SendMessageToMerchant", Message("hi", new string('0', 20)), "U_1", ajax: true).ReadAsync();

        Assert.Equal(JsonValueKind.String, answer.ValueKind);
        using var inner = JsonDocument.Parse(answer.GetString()!);
        Assert.Equal(1, inner.RootElement.GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task PushRoutes_WithoutCredentialsOrPost_401And404()
    {
        await using var api = await WebApiHarness.StartAsync();
        foreach (var route in new[] { "BindUserClientId", "SendMessageToMerchant" })
        {
            using var nobody = await api.Http.PostAsync($"/push/push/{route}", new FormUrlEncodedContent([]), TestContext.Current.CancellationToken);
            using var get = await api.GetAsync($"/push/push/{route}");
            Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, get.StatusCode);
        }
    }

    [Fact]
    public async Task SendMessageToMerchant_Retried_FirstAnswerAndOnePush()
    {
        await using var api = await WebApiHarness.StartAsync();
        await api.PutProductAsync(5, "V_2");
        var merchant = api.Gateways.Connect("V_2");
        var fields = Message("hi", new string('0', 20));
        fields["client_msg_id"] = "abc";

        var first = await TextAsync(api.FormAsync("/push/push/SendMessageToMerchant", fields, "U_1"));
        var again = await TextAsync(api.FormAsync("/push/push/SendMessageToMerchant", fields, "U_1"));
        fields["message"] = "other";
        using var conflict = await api.FormAsync("/push/push/SendMessageToMerchant", fields, "U_1");

        Assert.Equal(first, again);
        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
        await merchant.NextAsync();
        var messages = (await api.GetAsync("/api/v1/messages?uid=U_1&with=V_2").ReadAsync()).GetProperty("messages");
        Assert.Equal(1, messages.GetArrayLength());
        Assert.True(merchant.IsQuiet);
    }

    private static Dictionary<string, string> Message(string text, string device) =>
        new() { ["message"] = text, ["toMid"] = "V_2", ["pid"] = "5", ["client_id"] = device, ["sendType"] = "message" };

    private static async Task<string> TextAsync(Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        return await answer.Content.ReadAsStringAsync();
    }
}
