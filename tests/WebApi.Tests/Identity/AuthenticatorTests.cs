using System.Net;
using Portico.Client;
using Portico.Support;

namespace Portico.WebApi.Tests.Identity;

/// <summary>Keys and tokens that are guessed at, over HTTP.</summary>
public sealed class AuthenticatorTests
{
    private const string SecondKey = "a-second-key-of-the-tests";
    private static readonly Dictionary<string, string?> Limited = new() { ["WebApi:Limits:FailedCredentialsPerAddress"] = "5", ["WebApi:ApiKeys:1"] = SecondKey };

    [Theory]
    [InlineData("X-Api-Key", "")]
    [InlineData("Authorization", "Bearer ")]
    [InlineData("Cookie", "portico_token=")]
    public async Task Guesses_FromOneAddress_AreRefusedUnseenAfterAFew(string header, string before)
    {
        var clock = new FakeClock();
        await using var api = await WebApiHarness.StartAsync(Limited, clock: clock);
        for (var i = 0; i < 5; i++)
        {
            using var wrong = await AskAsync(api, header, $"{before}guess-number-{i}");
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.Contains("not valid", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        using var refused = await AskAsync(api, header, before + "guess-number-5");
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

        // A right guess is not told from a wrong one.
        using var right = await AskAsync(api, "X-Api-Key", WebApiHarness.ApiKey);
        Assert.Equal(HttpStatusCode.TooManyRequests, right.StatusCode);

        clock.Advance(TimeSpan.FromMinutes(1));
        using var later = await AskAsync(api, "X-Api-Key", WebApiHarness.ApiKey);
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
    }

    [Fact]
    public async Task Guesses_OfANeighbour_DoNotLockOutWhoIsKnown()
    {
        await using var api = await WebApiHarness.StartAsync(Limited);
        using var before = await AskAsync(api, "X-Api-Key", WebApiHarness.ApiKey);
        for (var i = 0; i < 20; i++)
        {
            (await AskAsync(api, "X-Api-Key", "guess-number-" + i)).Dispose();
        }

        using var known = await AskAsync(api, "Authorization", "Bearer " + WebApiHarness.ApiKey);
        using var unknown = await AskAsync(api, "X-Api-Key", SecondKey);
        using var user = await AskAsync(api, "Authorization", "Bearer " + WebApiHarness.Token("U_1"), "/api/v1/conversations");
        using var nothing = await api.Http.GetAsync(new Uri("/api/v1/conversations", UriKind.Relative));

        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.OK, HttpStatusCode.Unauthorized),
            (before.StatusCode, known.StatusCode, unknown.StatusCode, user.StatusCode, nothing.StatusCode));
    }

    [Fact]
    public async Task ExpiredTokens_AreNoGuesses()
    {
        await using var api = await WebApiHarness.StartAsync(Limited);
        for (var i = 0; i < 10; i++)
        {
            using var expired = await AskAsync(api, "Authorization", "Bearer " + new UserTokens(WebApiHarness.TokenSecret).Create("U_1", DateTimeOffset.UtcNow.AddHours(-1)), "/api/v1/conversations");
            Assert.Equal(HttpStatusCode.Unauthorized, expired.StatusCode);
        }
    }

    [Fact]
    public async Task Guesses_AtEveryRoute_Count()
    {
        await using var api = await WebApiHarness.StartAsync(Limited);
        string[] routes = ["/push/push/SendMessageToMerchant", "/gateway/sendToAll", "/api/v1/token", "/api/v1/uploads", "/api/v1/admin/import"];
        foreach (var route in routes)
        {
            using var wrong = await AskAsync(api, "Authorization", "Bearer guess", route, HttpMethod.Post);
            Assert.Equal((route, HttpStatusCode.Unauthorized), (route, wrong.StatusCode));
        }

        foreach (var route in routes)
        {
            using var refused = await AskAsync(api, "Authorization", "Bearer guess", route, HttpMethod.Post);
            Assert.Equal((route, HttpStatusCode.TooManyRequests), (route, refused.StatusCode));
        }
    }

    private static async Task<HttpResponseMessage> AskAsync(WebApiHarness api, string header, string value, string path = "/api/v1/presence?uids=U_1", HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation(header, value);
        return await api.Http.SendAsync(request).Guarded();
    }
}
