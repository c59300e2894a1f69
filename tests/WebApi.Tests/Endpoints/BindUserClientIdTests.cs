using System.Text;
using Portico.Client;
using Portico.Support;

namespace Portico.WebApi.Tests.Endpoints;

/// <summary>Who may bind which client over HTTP, and how often it may go wrong.</summary>
public sealed class BindUserClientIdTests
{
    private const string Route = "/push/push/BindUserClientId";

    [Fact]
    public async Task UserToken_TenFailures_TheUserIsRefusedInWordsUntilTheMinuteIsOverAndNobodyElse()
    {
        var clock = new FakeClock { Start = DateTimeOffset.UtcNow };
        await using var api = await WebApiHarness.StartAsync(clock: clock);
        var free = api.Gateways.Connect();
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal("""{"status":-1}""", await BindAsync(api, Unknown(i), "U_666"));
        }

        clock.Advance(TimeSpan.FromSeconds(15));
        using var refused = await api.FormAsync(Route, new() { ["client_id"] = free.Id.ToString() }, "U_666");
        var answer = await refused.ReadAsync();

        Assert.Equal(-1, answer.GetProperty("status").GetInt32());
        Assert.Equal("Too many binds failed; try again in 45 s.", answer.GetProperty("message").GetString());
        Assert.Equal(TimeSpan.FromSeconds(45), refused.Headers.RetryAfter?.Delta);
        Assert.Null(free.Uid);
        Assert.Equal("""{"status":1}""", await BindAsync(api, api.Gateways.Connect().Id.ToString(), "U_1"));
        Assert.Equal("""{"status":1}""", await BindAsync(api, api.Gateways.Connect().Id.ToString(), null, "U_666"));
        clock.Advance(TimeSpan.FromSeconds(45));
        Assert.Equal("""{"status":1}""", await BindAsync(api, free.Id.ToString(), "U_666"));
    }

    [Fact]
    public async Task UserToken_ManyGuessesAtOnce_NoMoreReachTheGatewayThanMayFail()
    {
        await using var api = await WebApiHarness.StartAsync();
        var clients = Enumerable.Range(0, 60).Select(i => api.Gateways.Connect($"U_{i}")).ToList();
        var asked = 0;
        var open = new TaskCompletionSource();
        api.Gateways.Delay = () =>
        {
            Interlocked.Increment(ref asked);
            return open.Task;
        };

        var guesses = clients.Select(client => BindAsync(api, client.Id.ToString(), "U_666")).ToList();
        while (guesses.Count(guess => guess.IsCompleted) < 50)
        {
            await Task.WhenAny(guesses.Where(guess => !guess.IsCompleted)).Guarded();
        }

        Assert.Equal(10, asked);
        open.SetResult();
        var answers = await Task.WhenAll(guesses).Guarded();
        Assert.All(answers, answer => Assert.StartsWith("""{"status":-1""", answer, StringComparison.Ordinal));
        Assert.DoesNotContain(clients, client => client.Uid == "U_666");
    }

    [Fact]
    public async Task UserTokens_OfManyUsersFromOneAddress_AreRefusedTogetherAndOtherAddressesAreNot()
    {
        await using var api = await WebApiHarness.StartAsync(new()
        {
            ["WebApi:TrustedProxies:0"] = "127.0.0.1",
            ["WebApi:ClientAddressFrom"] = "x-real-ip",
            ["WebApi:Limits:FailedBindsPerAddress"] = "5",
        });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("""{"status":-1}""", await FromAsync("203.0.113.7", Unknown(i), $"U_{600 + i}"));
        }

        // What the client itself put into the other header is not looked at.
        Assert.Contains("Too many", await FromAsync("203.0.113.7", api.Gateways.Connect().Id.ToString(), "U_605", "198.51.100.1"), StringComparison.Ordinal);
        Assert.Equal("""{"status":1}""", await FromAsync("203.0.113.8", api.Gateways.Connect().Id.ToString(), "U_1", "203.0.113.7"));

        async Task<string> FromAsync(string realIp, string client, string uid, string forwardedFor = "203.0.113.7")
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, Route) { Content = new FormUrlEncodedContent(new Dictionary<string, string> { ["client_id"] = client }) };
            request.Headers.Add("Authorization", "Bearer " + WebApiHarness.Token(uid));
            request.Headers.Add("X-Real-IP", realIp);
            request.Headers.Add("X-Forwarded-For", forwardedFor);
            using var answer = await api.Http.SendAsync(request).Guarded();
            return await answer.Content.ReadAsStringAsync().Guarded();
        }
    }

    [Fact]
    public async Task UserToken_AddressOfLoopbackWithoutProxies_IsNotCounted()
    {
        await using var api = await WebApiHarness.StartAsync(new() { ["WebApi:Limits:FailedBindsPerAddress"] = "1" });
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("""{"status":-1}""", await BindAsync(api, Unknown(i), $"U_{i}"));
        }
    }

    public static TheoryData<string> Handshakes =>
    [
        "GET /?token=TOKEN HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /chat?a=b&token=TOKEN&c HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nsec-websocket-protocol: portico.v1 , portico.token.TOKEN\r\n\r\n",
        "GET / HTTP/1.1\r\nSec-WebSocket-Protocol: portico.v1\r\nSec-WebSocket-Protocol: portico.token.TOKEN\r\n\r\n",
        "GET / HTTP/1.1\r\nCookie: a=b; portico_token=TOKEN; c=d\r\n\r\n",
        "GET / HTTP/1.1\r\ncookie:portico_token=\"TOKEN\"\r\n\r\n",
        "GET / HTTP/1.1\r\nCookie: a=b\r\nCookie: portico_token=TOKEN\r\n\r\n",
        "GET / HTTP/1.1\r\nAuthorization: Bearer TOKEN\r\n\r\n",
    ];

    [Theory]
    [MemberData(nameof(Handshakes))]
    public async Task UserToken_HandshakeShowedAToken_OnlyItsUserBindsAndABackendAnybody(string head)
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect();
        client.Handshake = Encoding.ASCII.GetBytes(head.Replace("TOKEN", WebApiHarness.Token("U_1"), StringComparison.Ordinal));
        var stale = api.Gateways.Connect();
        stale.Handshake = Encoding.ASCII.GetBytes(head.Replace("TOKEN", WebApiHarness.Token("U_1", TimeSpan.FromHours(-1)), StringComparison.Ordinal));
        var agents = api.Gateways.Connect();
        agents.Handshake = Encoding.ASCII.GetBytes(
            head.Replace("TOKEN", new UserTokens(WebApiHarness.TokenSecret).Create("U_2", DateTimeOffset.UtcNow.AddHours(1), UserTokens.AgentRole), StringComparison.Ordinal));

        Assert.Equal("""{"status":-1}""", await BindAsync(api, client.Id.ToString(), "U_2"));
        Assert.Equal("""{"status":-1}""", await BindAsync(api, stale.Id.ToString(), "U_2"));
        Assert.Equal("""{"status":-1}""", await BindAsync(api, agents.Id.ToString(), "U_2"));
        Assert.Equal((null, null, null), (client.Uid, stale.Uid, agents.Uid));
        Assert.Equal("""{"status":1}""", await BindAsync(api, client.Id.ToString(), "U_1"));
        Assert.Equal("""{"status":1}""", await BindAsync(api, stale.Id.ToString(), "U_1"));

        // The user signed in again as somebody else: the backend says so, for a bound client too.
        Assert.Equal("""{"status":1}""", await BindAsync(api, client.Id.ToString(), null, "U_2"));
        Assert.Equal("U_2", client.Uid);
    }

    [Theory]
    [InlineData("GET /?token=abc HTTP/1.1\r\n\r\n")]
    [InlineData("GET /?token=OTHERS HTTP/1.1\r\nCookie: portico_token=OTHERS\r\n\r\n")]
    [InlineData("GET /?token=OWN HTTP/1.1\r\nCookie: portico_token=OTHER_USERS\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nCookie: xportico_token=OTHER_USERS; portico_tokens=OTHER_USERS\r\nX-Cookie: portico_token=OTHER_USERS\r\n\r\n")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("")]
    public async Task UserToken_HandshakeShowedNoTokenOfAnotherUser_Binds(string head)
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect();
        client.Handshake = Encoding.ASCII.GetBytes(head
            .Replace("OTHER_USERS", WebApiHarness.Token("U_2"), StringComparison.Ordinal)
            .Replace("OTHERS", new UserTokens(new string('x', 40)).Create("U_2", DateTimeOffset.UtcNow.AddHours(1)), StringComparison.Ordinal)
            .Replace("OWN", WebApiHarness.Token("U_1"), StringComparison.Ordinal));

        Assert.Equal("""{"status":1}""", await BindAsync(api, client.Id.ToString(), "U_1"));
    }

    [Fact]
    public async Task UserToken_ClientWhoseHandshakeIsNotDone_IsNotBound()
    {
        await using var api = await WebApiHarness.StartAsync();
        var client = api.Gateways.Connect();
        client.Handshake = null;

        Assert.Equal("""{"status":-1}""", await BindAsync(api, client.Id.ToString(), "U_1"));
        Assert.Null(client.Uid);
    }

    private static string Unknown(int number) => $"7f0000010b54{0xfff00000 + number:x8}";

    private static async Task<string> BindAsync(WebApiHarness api, string client, string? asUser, string? uid = null)
    {
        var fields = new Dictionary<string, string> { ["client_id"] = client };
        if (uid is not null)
        {
            fields["uid"] = uid;
        }

        using var answer = await api.FormAsync(Route, fields, asUser);
        return await answer.Content.ReadAsStringAsync().Guarded();
    }
}
