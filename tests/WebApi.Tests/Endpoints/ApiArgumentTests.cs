using System.Net;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Arguments below /api/v1: a slip is named, and never taken for an argument that is missing.</summary>
public sealed class ApiArgumentTests
{
    [Fact]
    public async Task EveryRoute_WithAnArgumentItDoesNotHave_NamesIt()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var routes = api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Select(method => (Method: method, Path: endpoint.RoutePattern.RawText!.Replace("{id}", "5", StringComparison.Ordinal))))
            .Where(route => route != ("PUT", "/api/v1/products/5"))
            .ToList();

        Assert.True(routes.Count >= 20, $"{routes.Count} routes");
        foreach (var (method, path) in routes)
        {
            using var answer = await api.SendAsync(new HttpMethod(method), path + "?no_such_argument=1", null, path == "/api/v1/token" ? "U_1" : null);
            Assert.True(HttpStatusCode.BadRequest == answer.StatusCode, $"{method} {path}: {answer.StatusCode}");
            Assert.Equal("is no argument of this call.", (await answer.ReadAsync()).GetProperty("errors").GetProperty("no_such_argument").GetString());
        }
    }

    [Theory]
    [InlineData("/api/v1/messages?with=V_2&with=V_3", "with")]
    [InlineData("/api/v1/messages?with[]=V_2", "with")]
    [InlineData("/api/v1/messages?with=V_2&limit=", "limit")]
    [InlineData("/api/v1/conversations?Limit=5", "Limit")]
    [InlineData("/api/v1/sync?after=1:0&after=2:0", "after")]
    [InlineData("/api/v1/sync?after[1]=0&after[1]=5", "after")]
    [InlineData("/api/v1/sync?conversation=1&conversation=2&after=0", "conversation")]
    [InlineData("/api/v1/presence?uids=V_2&uids=U_1", "uids")]
    [InlineData("/api/v1/unread?uid=V_2", "uid")]
    public async Task Queries_TwiceEmptyOrInAnothersName_AreNamed(string path, string name)
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await api.GetAsync(path, "U_1");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(name, Assert.Single((await answer.ReadAsync()).GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Messages_RecipientGivenTwice_IsRefusedAndNothingIsStored()
    {
        await using var api = await WebApiHarness.StartShopAsync();

        foreach (var (body, type) in new[] { ("to=V_2&to=E_4&content=x", "application/x-www-form-urlencoded"), ("""{"to":"V_2","to":"E_4","content":"x"}""", "application/json") })
        {
            using var answer = await api.SendAsync(HttpMethod.Post, "/api/v1/messages", new StringContent(body, Encoding.UTF8, type), "U_1");
            Assert.Equal("is given twice.", (await answer.ReadAsync()).GetProperty("errors").GetProperty("to").GetString());
        }

        Assert.Equal(0, (await api.GetAsync("/api/v1/conversations", "U_1").ReadAsync()).GetProperty("conversations").GetArrayLength());
    }

    [Fact]
    public async Task OwnUid_BesideTheToken_IsTaken()
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await api.GetAsync("/api/v1/unread?uid=U_1", "U_1");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("uids=V_2,E_4")]
    [InlineData("uids[]=V_2&uids[]=E_4")]
    [InlineData("uids=[%22V_2%22,%22E_4%22]")]
    [InlineData("of=V_2,E_4")]
    public async Task Presence_SeveralUids_EachIsAskedFor(string query)
    {
        await using var api = await WebApiHarness.StartShopAsync();
        api.Gateways.Connect("E_4");

        var online = (await api.GetAsync("/api/v1/presence?" + query, "U_1").ReadAsync()).GetProperty("online");

        Assert.Equal("""{"V_2":0,"E_4":1}""", online.GetRawText());
    }

    [Fact]
    public async Task Retention_TimesThatCannotBeMeant_AreRefusedAndNothingIsForgotten()
    {
        var clock = new FakeClock { Start = DateTimeOffset.UtcNow };
        await using var api = await WebApiHarness.StartShopAsync(clock: clock);
        await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content = "kept" });
        clock.Advance(TimeSpan.FromDays(1));
        var now = clock.GetUtcNow();

        foreach (var before in (string[])["", "x", "0", $"{now.ToUnixTimeSeconds()}", $"{now.ToUnixTimeMilliseconds() + 1}", "99999999999999"])
        {
            using var answer = await api.FormAsync("/api/v1/admin/retention", new() { ["before"] = before });
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.True((await answer.ReadAsync()).GetProperty("errors").TryGetProperty("before", out _));
        }

        using var missing = await api.FormAsync("/api/v1/admin/retention", []);
        using var empty = await api.FormAsync("/api/v1/admin/retention", new() { ["before"] = $"{now.ToUnixTimeMilliseconds()}", ["conversation"] = "" });
        using var unknown = await api.FormAsync("/api/v1/admin/retention", new() { ["before"] = $"{now.ToUnixTimeMilliseconds()}", ["conversation"] = "99" });
        Assert.Equal([HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.NotFound], new[] { missing.StatusCode, empty.StatusCode, unknown.StatusCode });
        Assert.Equal("kept", (await api.GetAsync("/api/v1/messages?uid=U_1&with=V_2").ReadAsync()).GetProperty("messages")[0].GetProperty("content").GetString());

        var done = await api.FormAsync("/api/v1/admin/retention", new() { ["before"] = $"{now.ToUnixTimeMilliseconds()}" }).ReadAsync();
        Assert.Equal(1, done.GetProperty("conversations").GetInt32());
        Assert.Equal(0, (await api.GetAsync("/api/v1/messages?uid=U_1&with=V_2").ReadAsync()).GetProperty("messages").GetArrayLength());
    }

    [Fact]
    public async Task HistoryAsHtml_RunsNothingAndIsKeptNowhere()
    {
        await using var api = await WebApiHarness.StartShopAsync();

        using var answer = await api.GetAsync("/push/push/history?with=V_2&format=html", "U_1");

        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }
}
