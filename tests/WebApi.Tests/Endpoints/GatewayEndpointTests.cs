using System.Net;
using System.Text;
using Portico.WebApi.Endpoints;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>POST /gateway/{method}: names, arguments and values as PHP has them.</summary>
public sealed class GatewayEndpointTests
{
    [Fact]
    public async Task Sends_FormOrJson_AnswerWithAReceipt()
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect("U_1");

        var form = await api.FormAsync("/gateway/sendToUid", new() { ["uid"] = "U_1", ["message"] = "a+b &=%" });
        var json = await api.JsonAsync(HttpMethod.Post, "/gateway/sendToUid", new { uid = new[] { "U_1", "U_2" }, message = new { x = "张" } });

        Assert.Equal("""{"code":0,"msg":"ok","data":{"delivered":1,"gateways":[{"address":"127.0.0.1:2900","status":"Delivered","delivered":1}]}}""", await form.Content.ReadAsStringAsync());
        Assert.Equal(0, (await json.ReadAsync()).GetProperty("code").GetInt32());
        Assert.Equal("a+b &=%", await client.NextAsync());
        Assert.Equal("""{"x":"\u5F20"}""", await client.NextAsync());
    }

    [Fact]
    public async Task Sends_ListsExcludesAndUnknownClients_ReachWhomPhpWouldReach()
    {
        await using var api = await WebApiHarness.StartAsync();
        var (one, two, three) = (api.Gateways.Connect("a"), api.Gateways.Connect("b"), api.Gateways.Connect("c"));

        var listed = await DataAsync(api, "sendToAll", $"message=x&client_id_array[]={one.Id}&client_id_array[]={two.Id}&exclude_client_id={two.Id}");
        var nobody = await api.JsonAsync(HttpMethod.Post, "/gateway/sendToAll", new { message = "x", client_id_array = Array.Empty<string>() }).ReadAsync();
        var all = await DataAsync(api, "sendToAll", $"message=y&exclude_client_id[]={one.Id}&exclude_client_id[]={two.Id}");
        var unknown = (await PostAsync(api, "sendToClient", "message=x&client_id=7f0000010b54000fffff").ReadAsync()).GetProperty("data");
        var elsewhere = (await PostAsync(api, "sendToClient", "message=x&client_id=0a0000010b5400000001").ReadAsync()).GetProperty("data");

        Assert.Equal(1, listed.GetProperty("delivered").GetInt32());
        Assert.Equal("x", await one.NextAsync());
        Assert.Equal(0, nobody.GetProperty("data").GetProperty("delivered").GetInt32());
        Assert.Equal(1, all.GetProperty("delivered").GetInt32());
        Assert.Equal("y", await three.NextAsync());
        Assert.Equal("NoSuchClient", unknown.GetProperty("gateways")[0].GetProperty("status").GetString());
        Assert.Equal("GatewayGone", elsewhere.GetProperty("gateways")[0].GetProperty("status").GetString());
        Assert.Equal("10.0.0.1:2900", elsewhere.GetProperty("gateways")[0].GetProperty("address").GetString());
        Assert.True(two.IsQuiet);
    }

    [Fact]
    public async Task Queries_EmptyArrayOfPhpAsJson_IsNoArguments()
    {
        await using var api = await WebApiHarness.StartAsync();
        api.Gateways.Connect("7");

        var answer = await api.JsonAsync(HttpMethod.Post, "/gateway/getAllUidCount", Array.Empty<string>()).ReadAsync();

        Assert.Equal(1, answer.GetProperty("data").GetInt32());
    }

    [Fact]
    public async Task Queries_OfEveryKind_AnswerAsPhp()
    {
        await using var api = await WebApiHarness.StartAsync();
        var one = api.Gateways.Connect("7", "", "room");
        var id = one.Id.ToString();
        (string Method, string Form, string Expected)[] cases =
        [
            ("isOnline", $"client_id={id}", "1"), ("isOnline", "client_id=7f0000010b5400000001", "0"),
            ("isUidOnline", "uid=7", "1"), ("isUidOnline", "uid=8", "0"), ("isUidsOnline", "uids[]=7&uids[]=8", """{"7":1,"8":0}"""),
            ("getClientIdByUid", "uid=7", $"[\"{id}\"]"), ("getClientIdByUid", "uid=8", "[]"), ("batchGetClientIdByUid", "uid[]=8", """{"8":[]}"""),
            ("getUidByClientId", $"client_id={id}", "\"7\""), ("getUidByClientId", "client_id=7f0000010b5400000001", "null"),
            ("getAllUidList", "", """{"7":"7"}"""), ("getAllUidCount", "", "1"), ("getUidListByGroup", "group=room", """{"7":"7"}"""), ("getUidListByGroup", "group=none", "{}"),
            ("getUidCountByGroup", "group=room", "1"), ("getClientIdListByGroup", "group=room", $"{{\"{id}\":\"{id}\"}}"), ("getAllClientIdList", "", $"{{\"{id}\":\"{id}\"}}"),
            ("getAllClientIdCount", "", "1"), ("getAllClientCount", "", "1"), ("getClientIdCountByGroup", "", "1"), ("getClientCountByGroup", "group=none", "0"),
            ("batchGetClientIdCountByGroup", "groups=[\"room\",\"x\"]", """{"room":1,"x":0}"""), ("getAllGroupIdList", "", """{"room":"room"}"""),
            ("getAllGroupUidList", "", """{"room":{"7":"7"}}"""), ("getAllGroupUidCount", "", """{"room":1}"""), ("getAllGroupClientIdList", "", $"{{\"room\":{{\"{id}\":\"{id}\"}}}}"),
            ("getAllGroupClientIdCount", "", """{"room":1}"""), ("getSession", $"client_id={id}", "{}"), ("getSession", "client_id=7f0000010b5400000001", "null"),
            ("getAllClientSessions", "", $"{{\"{id}\":{{}}}}"), ("getClientSessionsByGroup", "group=none", "{}"), ("getAllClientInfo", "group=0", $"{{\"{id}\":{{}}}}"), ("getClientInfoByGroup", "group=room", $"{{\"{id}\":{{}}}}"),
        ];

        foreach (var (method, form, expected) in cases)
        {
            Assert.True(expected == (await DataAsync(api, method, form)).GetRawText(), $"{method} {form}: {(await DataAsync(api, method, form)).GetRawText()} is not {expected}");
        }
    }

    [Fact]
    public async Task Commands_OfEveryKind_ChangeTheClient()
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect();
        var id = $"client_id={client.Id}";

        await DataAsync(api, "bindUid", id + "&uid=U_5");
        await DataAsync(api, "joinGroup", id + "&group=room");
        await DataAsync(api, "setSession", id + "&session[name]=x&session[list][]=1&session[list][]=2&session[deep][a][b]=c");
        var session = await DataAsync(api, "getSession", id);
        await DataAsync(api, "updateSession", id + "&session=" + Uri.EscapeDataString("""{"n":5,"f":true,"z":null,"l":[1,2]}"""));
        var updated = await DataAsync(api, "getSession", id);

        Assert.Equal("U_5", client.Uid);
        Assert.Contains("room", client.Groups);
        Assert.Equal("""{"name":"x","list":["1","2"],"deep":{"a":{"b":"c"}}}""", session.GetRawText());
        Assert.Equal("""{"n":5,"f":true,"z":null,"l":[1,2]}""", updated.GetRawText());
        await DataAsync(api, "leaveGroup", id + "&group=room");
        await DataAsync(api, "unbindUid", id + "&uid=U_5");
        Assert.Null(client.Uid);
        Assert.Empty(client.Groups);
        await DataAsync(api, "closeClient", id + "&message=bye");
        Assert.Equal("bye", await client.NextAsync());
        Assert.Equal(0, (await DataAsync(api, "isOnline", id)).GetInt32());
    }

    [Fact]
    public async Task Methods_OfThePhpClient_AreAllThere()
    {
        string[] php =
        [
            "sendToAll", "sendToClient", "sendToUid", "sendToGroup", "isOnline", "isUidOnline", "isUidsOnline", "getClientIdByUid", "batchGetClientIdByUid", "getUidByClientId",
            "getAllUidList", "getAllUidCount", "getUidListByGroup", "getUidCountByGroup", "getClientIdListByGroup", "getAllClientIdList", "getAllClientIdCount", "getAllClientCount",
            "getClientIdCountByGroup", "getClientCountByGroup", "batchGetClientIdCountByGroup", "getAllClientSessions", "getClientSessionsByGroup", "getAllClientInfo", "getClientInfoByGroup",
            "getAllGroupIdList", "getAllGroupUidList", "getAllGroupUidCount", "getAllGroupClientIdList", "getAllGroupClientIdCount", "closeClient", "destoryClient", "bindUid", "unbindUid",
            "joinGroup", "leaveGroup", "ungroup", "setSession", "updateSession", "getSession", "closeUid",
        ];

        Assert.Empty(php.Except(GatewayMethods.All.Keys));
        await using var api = await WebApiHarness.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await api.FormAsync("/gateway/setBusinessWorker", [])).StatusCode);
    }

    [Theory]
    [InlineData("sendToClient", "message=x&client_id=123", "client_id")]
    [InlineData("sendToClient", "client_id=7f0000010b5400000001", "message")]
    [InlineData("sendToAll", "message=x&exclude_client_id=zz", "exclude_client_id")]
    [InlineData("sendToUid", "message=x", "uid")]
    [InlineData("sendToGroup", "message=x&group=", "group")]
    [InlineData("setSession", "client_id=7f0000010b5400000001&session=5", "session")]
    [InlineData("sendToUid", "message=%ff%fe&uid=1", "message")]
    public async Task Calls_WithABadField_NameIt(string method, string form, string field)
    {
        await using var api = await WebApiHarness.StartAsync();

        using var answer = await PostAsync(api, method, form);

        var body = await answer.ReadAsync();
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(400, body.GetProperty("code").GetInt32());
        Assert.NotEmpty(body.GetProperty("errors").GetProperty(field).GetString()!);
    }

    [Fact]
    public async Task Calls_SeveralBadFields_AllAreNamed()
    {
        await using var api = await WebApiHarness.StartAsync();

        var errors = (await PostAsync(api, "bindUid", "client_id=zz").ReadAsync()).GetProperty("errors");

        Assert.Equal(["client_id", "uid"], errors.EnumerateObject().Select(error => error.Name).Order());
    }

    [Theory]
    [InlineData("application/json", "{\"uid\":", 400)]
    [InlineData("application/json", "[1]", 400)]
    [InlineData("application/json", "{\"uid\":\"\\ud800\",\"message\":\"x\"}", 400)]
    [InlineData("text/xml", "<a/>", 415)]
    [InlineData("multipart/form-data", "x", 400)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Disposition: nonsense", 400)]
    public async Task Calls_UnreadableBodies_AreRefusedInTheOuterShape(string type, string body, int status)
    {
        await using var api = await WebApiHarness.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);

        using var answer = await api.SendAsync(HttpMethod.Post, "/gateway/sendToUid", content);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(status, (await answer.ReadAsync()).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Calls_MultipartAsPhpCurlSends_AreRead()
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect("U_1");
        using var form = new MultipartFormDataContent { { new StringContent("U_1"), "uid" }, { new StringContent("héllo"), "message" } };

        using var answer = await api.SendAsync(HttpMethod.Post, "/gateway/sendToUid", form);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("héllo", await client.NextAsync());
    }

    [Fact]
    public async Task Calls_OversizedBody_413AndTheServerGoesOn()
    {
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:Limits:RequestBytes"] = "2048" });

        using var known = await PostAsync(api, "sendToUid", "uid=1&message=" + new string('x', 5000));
        using var content = new StreamContent(new MemoryStream(Encoding.ASCII.GetBytes("uid=1&message=" + new string('x', 5000))));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-www-form-urlencoded");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/gateway/sendToUid") { Content = content };
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("X-Api-Key", WebApiHarness.ApiKey);
        using var chunked = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, known.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, chunked.StatusCode);
        Assert.Equal(413, (await known.ReadAsync()).GetProperty("code").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(api, "getAllUidCount", "")).StatusCode);
    }

    [Fact]
    public async Task Calls_WithoutTheKey_401()
    {
        await using var api = await WebApiHarness.StartAsync();
        foreach (var (header, value) in new[] { ("X-Nothing", "x"), ("X-Api-Key", ""), ("X-Api-Key", "wrong"), ("Authorization", "Bearer wrong"), ("Authorization", "Basic eA=="), ("Authorization", "Bearer " + WebApiHarness.Token("U_1")) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/gateway/getAllUidCount");
            request.Headers.TryAddWithoutValidation(header, value);
            using var answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal(401, (await answer.ReadAsync()).GetProperty("code").GetInt32());
        }

        using var bearer = new HttpRequestMessage(HttpMethod.Post, "/gateway/getAllUidCount");
        bearer.Headers.Add("Authorization", "Bearer " + WebApiHarness.ApiKey);
        Assert.Equal(HttpStatusCode.OK, (await api.Http.SendAsync(bearer, TestContext.Current.CancellationToken)).StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(WebApiHarness api, string method, string form) =>
        api.SendAsync(HttpMethod.Post, "/gateway/" + method, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));

    private static async Task<System.Text.Json.JsonElement> DataAsync(WebApiHarness api, string method, string form)
    {
        var answer = await PostAsync(api, method, form).ReadAsync();
        Assert.Equal(0, answer.GetProperty("code").GetInt32());
        return answer.GetProperty("data");
    }
}
