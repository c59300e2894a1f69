using System.Net;
using System.Text;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>POST /gateway/{method}: what was not done is not told as done, and what is not understood is not taken for absent.</summary>
public sealed class GatewayOutcomeTests
{
    private static readonly string[] ToOneClient =
        ["sendToClient", "closeClient", "destoryClient", "destroyClient", "bindUid", "unbindUid", "joinGroup", "leaveGroup", "setSession", "updateSession"];

    [Theory]
    [InlineData(CommandStatus.Refused, "0 is no name: PHP takes it for empty", 400, "0 is no name: PHP takes it for empty")]
    [InlineData(CommandStatus.Refused, "the session is over 1048576 bytes", 413, "the session is over 1048576 bytes")]
    [InlineData(CommandStatus.NoSuchClient, null, 404, "There is no such client.")]
    [InlineData(CommandStatus.GatewayGone, null, 503, "The client's gateway 127.0.0.1:2900 is not there.")]
    [InlineData(CommandStatus.TimedOut, null, 504, "The client's gateway 127.0.0.1:2900 did not answer in time; it may have been done.")]
    public async Task CommandToOneClient_NotDone_IsNotCodeZero(CommandStatus status, string? error, int code, string message)
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect("U_1");
        api.Gateways.Verdict = new GatewayReceipt(ScriptedGateways.Address, status, 0, error);

        foreach (var method in ToOneClient)
        {
            using var answer = await PostAsync(api, method, FormOf(method, client.Id));

            var body = await answer.ReadAsync();
            Assert.Equal((code, code, message), ((int)answer.StatusCode, body.GetProperty("code").GetInt32(), body.GetProperty("msg").GetString()));
            var gateway = body.GetProperty("data").GetProperty("gateways")[0];
            Assert.Equal((status.ToString(), 0), (gateway.GetProperty("status").GetString(), body.GetProperty("data").GetProperty("delivered").GetInt32()));
            Assert.Equal(error, gateway.TryGetProperty("error", out var told) ? told.GetString() : null);
        }
    }

    [Fact]
    public async Task CommandToOneClient_OfAnUnknownOrGoneGateway_IsAnError()
    {
        await using var api = await WebApiHarness.StartAsync();

        Assert.Equal((404, 404), await CodesAsync(PostAsync(api, "sendToClient", "message=x&client_id=7f0000010b54000fffff")));
        Assert.Equal((503, 503), await CodesAsync(PostAsync(api, "joinGroup", "group=x&client_id=0a0000010b5400000001")));
    }

    [Fact]
    public async Task CommandsToMany_OneGatewayIsSilent_CodeZeroAndItIsNamed()
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect("U_1", "", "room");
        api.Gateways.Silent = new GatewayReceipt(GatewayAddress.Parse("127.0.0.2:2900"), CommandStatus.TimedOut, 0);

        foreach (var (method, form) in new[] { ("sendToAll", "message=x"), ("sendToAll", $"message=x&client_id_array[]={client.Id}"), ("sendToUid", "uid=U_1&message=x"), ("sendToGroup", "group=room&message=x"), ("ungroup", "group=room"), ("closeUid", "uid=U_1") })
        {
            using var answer = await PostAsync(api, method, form);

            var body = await answer.ReadAsync();
            Assert.Equal((200, 0, "ok"), ((int)answer.StatusCode, body.GetProperty("code").GetInt32(), body.GetProperty("msg").GetString()));
            Assert.Equal(1, body.GetProperty("data").GetProperty("delivered").GetInt32());
            var missing = Assert.Single(body.GetProperty("incomplete").EnumerateArray());
            Assert.Equal(("127.0.0.2:2900", "TimedOut"), (missing.GetProperty("address").GetString(), missing.GetProperty("status").GetString()));
        }
    }

    [Theory]
    [InlineData("sendToAll", "message=H&exclude=CLIENT", "exclude")]
    [InlineData("sendToAll", "message=H&exlude_client_id=CLIENT", "exlude_client_id")]
    [InlineData("sendToAll", "message=H&exclude_client_ids[]=CLIENT", "exclude_client_ids")]
    [InlineData("sendToAll", "message=H&message=I", "message")]
    [InlineData("sendToAll", "message[]=H", "message")]
    [InlineData("sendToClient", "message=H&client_id=CLIENT&exclude_client_id=CLIENT", "exclude_client_id")]
    [InlineData("sendToClient", "message=H&client_id[]=CLIENT", "client_id")]
    [InlineData("sendToClient", "message=H&client_id=CLIENT&client_id=CLIENT", "client_id")]
    [InlineData("sendToUid", "uid=q1&uid=q2&message=H", "uid")]
    [InlineData("sendToUid", "uid[]=q1&uid=q2&message=H", "uid")]
    [InlineData("sendToUid", "uid[0]=q1&uid[0]=q2&message=H", "uid")]
    [InlineData("sendToUid", "uid=q1&uids[]=q2&message=H", "uids")]
    [InlineData("sendToUid", "uid=q1&message=H&raw=0&raw=1", "raw")]
    [InlineData("closeClient", "client_id=CLIENT&Code=4005", "Code")]
    [InlineData("closeClient", "client_id=CLIENT&code=1005", "code")]
    [InlineData("closeClient", "client_id=CLIENT&code=5000", "code")]
    [InlineData("closeClient", "client_id=CLIENT&code=", "code")]
    [InlineData("destroyClient", "client_id=CLIENT&code=4005", "code")]
    [InlineData("getClientIdCountByGroup", "group[]=a&group[]=b", "group")]
    [InlineData("getAllClientSessions", "group=a&group=b", "group")]
    [InlineData("getAllUidCount", "group=a", "group")]
    [InlineData("isUidOnline", "uid[]=a", "uid")]
    [InlineData("setSession", "client_id=CLIENT&session[a]=1&session[a]=2", "session")]
    [InlineData("setSession", "client_id=CLIENT&session[a]=1&sessions[b]=2", "sessions")]
    public async Task Arguments_UnknownTwiceOrLists_AreNamedAndNothingIsDone(string method, string form, string name)
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect("q2");

        using var answer = await PostAsync(api, method, form.Replace("CLIENT", client.Id.ToString(), StringComparison.Ordinal));

        var body = await answer.ReadAsync();
        Assert.Equal((400, 400), ((int)answer.StatusCode, body.GetProperty("code").GetInt32()));
        Assert.Equal(name, Assert.Single(body.GetProperty("errors").EnumerateObject()).Name);
        Assert.Contains(name, body.GetProperty("msg").GetString(), StringComparison.Ordinal);
        Assert.True(client.IsQuiet);
        Assert.Null(client.Closed);
    }

    [Theory]
    [InlineData("""{"message":"x","exclude":["7f0000010b5400000001"]}""", "exclude")]
    [InlineData("""{"message":"x","uid":"a","uid":"b"}""", "uid")]
    [InlineData("""{"message":"x","uid":{"a":["b"]}}""", "uid")]
    [InlineData("""{"message":"x","uid":"a","raw":[1]}""", "raw")]
    public async Task Arguments_OfJson_AreCheckedAlike(string json, string name)
    {
        await using var api = await WebApiHarness.StartAsync();

        using var answer = await api.SendAsync(HttpMethod.Post, "/gateway/sendToUid", new StringContent(json, Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(name, (await answer.ReadAsync()).GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task Arguments_InTheQueryAndInTheBody_AreGivenTwice()
    {
        await using var api = await WebApiHarness.StartAsync();
        using var body = new StringContent("""{"message":"x","uid":"a"}""", Encoding.UTF8, "application/json");

        using var answer = await api.SendAsync(HttpMethod.Post, "/gateway/sendToUid?uid=b", body);

        Assert.Equal("is given twice.", (await answer.ReadAsync()).GetProperty("errors").GetProperty("uid").GetString());
    }

    [Fact]
    public async Task Arguments_ThousandsThatNobodyKnows_TwentyAreNamed()
    {
        await using var api = await WebApiHarness.StartAsync();

        using var answer = await PostAsync(api, "getAllUidCount", string.Join('&', Enumerable.Range(0, 15_000).Select(i => $"x{i}=1")));

        Assert.Equal(20, (await answer.ReadAsync()).GetProperty("errors").EnumerateObject().Count());
    }

    [Fact]
    public async Task Close_WithCodeAndReason_TheClientIsToldThem()
    {
        await using var api = await WebApiHarness.StartAsync();
        var (one, two, three) = (api.Gateways.Connect("U_1"), api.Gateways.Connect("U_2"), api.Gateways.Connect("U_3"));

        Assert.Equal((200, 0), await CodesAsync(PostAsync(api, "closeClient", $"client_id={one.Id}&code=4005&reason=signed+in+elsewhere")));
        Assert.Equal((200, 0), await CodesAsync(PostAsync(api, "closeUid", "uid=U_2&reason=bye")));
        Assert.Equal((200, 0), await CodesAsync(PostAsync(api, "closeClient", $"client_id={three.Id}")));
        using var tooLong = await PostAsync(api, "closeUid", $"uid=U_9&reason={new string('x', 124)}");

        Assert.Equal(new CloseReason(4005, "signed in elsewhere"), one.Closed);
        Assert.Equal(new CloseReason(1000, "bye"), two.Closed);
        Assert.Equal(CloseReason.Kicked, three.Closed);
        Assert.True((await tooLong.ReadAsync()).GetProperty("errors").TryGetProperty("reason", out _));
    }

    [Theory]
    [InlineData("X-Api-Key", "wrong", "not valid here")]
    [InlineData("Authorization", "Bearer wrong", "not valid here")]
    [InlineData("Authorization", "Bearer USER", "a user token is not enough")]
    [InlineData("Authorization", "Bearer EXPIRED", "not valid here")]
    [InlineData("Authorization", "Basic eA==", "An API key is needed")]
    [InlineData("X-Nothing", "x", "An API key is needed")]
    public async Task WrongCredentials_AreSaidToBeWrong(string header, string value, string said)
    {
        await using var api = await WebApiHarness.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/gateway/getAllUidCount");
        var shown = value.Replace("USER", WebApiHarness.Token("U_1"), StringComparison.Ordinal).Replace("EXPIRED", WebApiHarness.Token("U_1", TimeSpan.FromHours(-1)), StringComparison.Ordinal);
        request.Headers.TryAddWithoutValidation(header, shown);

        using var answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains(said, (await answer.ReadAsync()).GetProperty("msg").GetString(), StringComparison.Ordinal);
    }

    private static string FormOf(string method, ClientId client) => $"client_id={client}" + method switch
    {
        "sendToClient" => "&message=x",
        "bindUid" => "&uid=U_5",
        "joinGroup" or "leaveGroup" => "&group=g",
        "setSession" or "updateSession" => "&session[a]=b",
        _ => "",
    };

    private static async Task<(int Status, int Code)> CodesAsync(Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        return ((int)answer.StatusCode, (await answer.ReadAsync()).GetProperty("code").GetInt32());
    }

    private static Task<HttpResponseMessage> PostAsync(WebApiHarness api, string method, string form) =>
        api.SendAsync(HttpMethod.Post, "/gateway/" + method, new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"));
}
