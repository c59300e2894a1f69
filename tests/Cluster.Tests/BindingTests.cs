using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>An attacker with one user token against clients that bind over HTTP after their handshake, as old pages do.</summary>
public sealed class BindingTests(ShopCluster shop) : IClassFixture<ShopCluster>
{
    [Fact]
    public async Task Neighbours_SprayedWithBinds_OwnNoneOf60AndAllVictimsBind()
    {
        const int EachDelay = 20;
        var attacker = ShopCluster.NewBuyer();
        await using var own = await shop.UnboundAsync(null);
        using var stop = new CancellationTokenSource();
        var owned = 0;
        var tried = 0;
        var spray = Enumerable.Range(0, 2).Select(thread => Task.Run(() => SprayAsync(thread == 0 ? 1 : -1))).ToList();
        var victims = new List<TestClient>();
        foreach (var delay in new[] { 20, 100, 300 })
        {
            victims.AddRange(await Task.WhenAll(Enumerable.Range(0, EachDelay).Select(_ => VictimAsync(delay))));
        }

        await stop.CancelAsync();
        await Task.WhenAll(spray).Guarded();
        Assert.True(tried > 100, $"{tried} binds were tried");
        Assert.Equal(0, owned);
        foreach (var victim in victims)
        {
            await victim.DisposeAsync();
        }

        async Task SprayAsync(int direction)
        {
            var number = uint.Parse(own.ClientId.AsSpan(12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            for (var i = 1u; !stop.IsCancellationRequested; i = (i % 200) + 1)
            {
                var guess = own.ClientId[..12] + unchecked(number + (uint)((int)i * direction)).ToString("x8", CultureInfo.InvariantCulture);
                Interlocked.Add(ref owned, await BindAsync(guess, attacker) == 1 ? 1 : 0);
                Interlocked.Increment(ref tried);
            }
        }

        async Task<TestClient> VictimAsync(int delay)
        {
            var victim = await shop.UnboundAsync(null);
            await Task.Delay(delay);
            Assert.Equal(1, await BindAsync(victim.ClientId, ShopCluster.NewBuyer()));
            return victim;
        }
    }

    [Fact]
    public async Task Client_WhoseHandshakeCarriedACookie_IsBoundByItsUserOrABackend()
    {
        var (user, other) = (ShopCluster.NewBuyer(), ShopCluster.NewBuyer());
        await using var client = await shop.UnboundAsync(null, "a=b; portico_token=" + HttpCaller.Token(user, DateTimeOffset.UtcNow.AddHours(1)));

        Assert.Equal(-1, await BindAsync(client.ClientId, other));
        Assert.Equal(1, await BindAsync(client.ClientId, user));
        Assert.Equal(1, (await shop.Caller.ShopAsync("BindUserClientId", other, ("client_id", client.ClientId))).GetProperty("status").GetInt32());
        Assert.Equal(other, (await shop.Caller.CommandAsync("getUidByClientId", ("client_id", client.ClientId))).GetProperty("data").GetString());
    }

    [Fact]
    public async Task Client_WhoseOldTokenIsOver_GoesOnAsTheNewUserWithTheNewToken()
    {
        var (before, after) = (ShopCluster.NewBuyer(), ShopCluster.NewBuyer());
        await using var client = await shop.NewAsync(before);
        Assert.Equal(-1, await BindAsync(client.ClientId, after));

        Assert.Equal(1, (await shop.Caller.ShopAsync("BindUserClientId", after, ("client_id", client.ClientId))).GetProperty("status").GetInt32());
        await client.SendAsync(JsonSerializer.Serialize(new { type = "token", token = HttpCaller.Token(after, DateTimeOffset.UtcNow.AddHours(1)), client_msg_id = "t" }));

        Assert.Equal("t", (await client.ReceiveTypeAsync("ack")).GetProperty("client_msg_id").GetString());
    }

    [Theory]
    [InlineData("U_1\\u0000", "")]
    [InlineData("U_1 ", "")]
    [InlineData("U_1\\n", "")]
    [InlineData("0", "")]
    [InlineData("U_1", "x")]
    [InlineData("U_1", "{}")]
    public async Task Token_WhoseSubjectOrPayloadIsNone_IsRefusedAlikeOverWebSocketAndHttp(string subject, string behind)
    {
        var token = HttpCaller.Signed($$"""{"sub":"{{subject}}","exp":4102444800}{{behind}}""");

        await using var client = await shop.ConnectAsync(token);
        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(1008, (int?)client.Socket.CloseStatus);
        using var request = HttpCaller.Post("push/push/BindUserClientId", [("client_id", "7f0000010b5400000001")]);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        Assert.Equal(HttpStatusCode.Unauthorized, (await shop.Caller.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("U_1 ")]
    [InlineData("U_1\0")]
    [InlineData("0")]
    [InlineData("")]
    public async Task BindUid_OfTheGatewayClientOverHttp_TakesTheUidsOfAllOtherEntriesAlone(string uid)
    {
        await using var client = await shop.UnboundAsync(null);

        var answer = await shop.Caller.CommandAsync("bindUid", ("client_id", client.ClientId), ("uid", uid));

        Assert.Equal(400, answer.GetProperty("code").GetInt32());
        Assert.Contains("uid", answer.GetProperty("msg").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, (await shop.Caller.CommandAsync("getUidByClientId", ("client_id", client.ClientId))).GetProperty("data").ValueKind);
    }

    private async Task<int> BindAsync(string client, string uid)
    {
        using var request = HttpCaller.Post("push/push/BindUserClientId", [("client_id", client)]);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", HttpCaller.Token(uid, DateTimeOffset.UtcNow.AddHours(1)));
        return (await shop.Caller.SendAsync(request)).Body.GetProperty("status").GetInt32();
    }
}
