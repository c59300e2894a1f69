using System.Net;
using Portico.Client;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>How a page comes to a token when script cannot read the cookie.</summary>
public sealed class TokenEndpointsTests
{
    [Fact]
    public async Task Renew_ByCookie_GivesAShortTokenOfTheSameUidAndRole()
    {
        await using var api = await WebApiHarness.StartAsync();
        var tokens = new UserTokens(WebApiHarness.TokenSecret);
        var now = DateTimeOffset.UtcNow;

        using var answer = await RenewAsync(api, "Cookie", "portico_token=" + tokens.Create("anna", now.AddHours(8), UserTokens.AgentRole));
        var told = await answer.ReadAsync();
        var fresh = told.GetProperty("token").GetString();

        Assert.Equal("anna", told.GetProperty("uid").GetString());
        Assert.Equal(TokenStatus.Valid, tokens.Verify(fresh, now, out var says));
        Assert.Equal(("anna", UserTokens.AgentRole), (says.Uid, says.Role));
        Assert.InRange(says.Expires - now, TimeSpan.FromMinutes(14), TimeSpan.FromMinutes(17));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Renew_ByATokenThatEndsSooner_EndsNoLater()
    {
        await using var api = await WebApiHarness.StartAsync();
        var tokens = new UserTokens(WebApiHarness.TokenSecret);
        var now = DateTimeOffset.UtcNow;

        using var answer = await RenewAsync(api, "Authorization", "Bearer " + tokens.Create("U_1", now.AddMinutes(2)));

        Assert.Equal(TokenStatus.Valid, tokens.Verify((await answer.ReadAsync()).GetProperty("token").GetString(), now, out var says));
        Assert.True(says.Expires <= now.AddMinutes(2));
    }

    [Fact]
    public async Task Agent_WithTheNameOfAMerchant_IsNobodyInTheShop()
    {
        await using var api = await WebApiHarness.StartShopAsync();
        var agent = new UserTokens(WebApiHarness.TokenSecret).Create("V_2", DateTimeOffset.UtcNow.AddHours(1), UserTokens.AgentRole);
        var own = new UserTokens(WebApiHarness.TokenSecret).Create("service-agent:bob", DateTimeOffset.UtcNow.AddHours(1));

        foreach (var path in new[] { "/push/push/BindUserClientId", "/push/push/sendMessageToUser", "/api/v1/messages", "/api/v1/codes", "/api/v1/read" })
        {
            using var refused = await PostAsync(api, path, agent, new FormUrlEncodedContent([]));
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, refused.StatusCode));
            using var unknown = await PostAsync(api, path, own, new FormUrlEncodedContent([]));
            Assert.Equal((path, HttpStatusCode.Unauthorized), (path, unknown.StatusCode));
        }

        using var list = await PostAsync(api, "/api/v1/conversations", agent, null, HttpMethod.Get);
        using var picture = await PostAsync(api, "/api/v1/uploads", agent, new ByteArrayContent(Media.Samples.Png()) { Headers = { ContentType = new("image/png") } });
        Assert.Equal(HttpStatusCode.Forbidden, list.StatusCode);
        Assert.Equal(HttpStatusCode.OK, picture.StatusCode);
    }

    [Theory]
    [InlineData("Cookie", "portico_token=a.b.c")]
    [InlineData("Authorization", "Bearer nonsense")]
    [InlineData("X-Api-Key", WebApiHarness.ApiKey)]
    [InlineData("X-Nothing", "1")]
    public async Task Renew_WithoutAValidUserToken_IsRefused(string header, string value)
    {
        await using var api = await WebApiHarness.StartAsync();

        using var answer = await RenewAsync(api, header, value);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Renew_FromAForeignOrigin_IsRefused()
    {
        await using var api = await WebApiHarness.StartAsync();
        var cookie = "portico_token=" + WebApiHarness.Token("U_1");

        using var answer = await RenewAsync(api, "Cookie", cookie, "https://elsewhere.example");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task DemoChat_SetsACookieThatScriptCannotRead_AndOpensTheProduct()
    {
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:Demo"] = "true" });

        using var answer = await api.Http.GetAsync("/demo/chat?uid=U_1&pid=900001", TestContext.Current.CancellationToken);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        using var request = new HttpRequestMessage(HttpMethod.Get, answer.Headers.Location);
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var page = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("/push/push/chat?pid=900001", answer.Headers.Location!.ToString());
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("eyJ", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> RenewAsync(WebApiHarness api, string header, string value, string? origin = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/token");
        request.Headers.TryAddWithoutValidation(header, value);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        return await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<HttpResponseMessage> PostAsync(WebApiHarness api, string path, string token, HttpContent? content, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Post, path) { Content = content };
        request.Headers.Add("Authorization", "Bearer " + token);
        return await api.Http.SendAsync(request).Guarded();
    }
}
