using Portico.Support;

namespace Portico.Cluster.Tests.Support;

/// <summary>One cluster of the shop for all tests of a class, each with uids of its own.</summary>
public sealed class ShopCluster : IAsyncLifetime
{
    private static int _uids = 100;
    private PorticoCluster _cluster = null!;

    internal HttpCaller Caller { get; private set; } = null!;

    public static string NewBuyer() => $"U_{Interlocked.Increment(ref _uids)}";

    public async ValueTask InitializeAsync()
    {
        _cluster = await PorticoCluster.StartAsync(1, 1, "shop");
        Caller = _cluster.Caller();
    }

    /// <summary>A merchant who has a product.</summary>
    public async Task<string> NewMerchantAsync()
    {
        var number = Interlocked.Increment(ref _uids);
        await Caller.ProductAsync(number, $"V_{number}", "Lamp");
        return $"V_{number}";
    }

    /// <summary>A portico.v1 client that shows a token in its address.</summary>
    public Task<TestClient> NewAsync(string uid, TimeSpan? validity = null) => TestClient.ShakeHandsAsync(
        _cluster.WebSocketAddress(_cluster.Gateways[0], "/?token=" + HttpCaller.Token(uid, DateTimeOffset.UtcNow + (validity ?? TimeSpan.FromHours(1)))), "portico.v1");

    /// <summary>The same before any frame, so that a close can be seen.</summary>
    public Task<TestClient> ConnectAsync(string token) => TestClient.ConnectAsync(_cluster.WebSocketAddress(_cluster.Gateways[0], "/?token=" + token), "portico.v1");

    /// <summary>A client that nobody has bound.</summary>
    public Task<TestClient> UnboundAsync(string? subprotocol, string? cookie = null) =>
        TestClient.ShakeHandsAsync(_cluster.WebSocketAddress(_cluster.Gateways[0]), subprotocol, cookie);

    /// <summary>An old client, bound over HTTP.</summary>
    public async Task<TestClient> OldAsync(string uid)
    {
        var client = await UnboundAsync(null);
        Assert.Equal(1, (await Caller.ShopAsync("BindUserClientId", uid, ("client_id", client.ClientId))).GetProperty("status").GetInt32());
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        Assert.Empty(_cluster.UnexpectedErrors());
        await _cluster.DisposeAsync();
    }
}
