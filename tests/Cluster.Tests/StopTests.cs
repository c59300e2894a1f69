using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>SIGTERM ends every role cleanly, whatever is connected.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task Sigterm_WithClientsConnected_EndsEveryRoleWithZero()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "playground=/");
        await using var client = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[0]));

        // In the worst order: what others depend on goes first.
        Assert.Equal(0, await cluster.Register.StopAsync());
        Assert.Equal(0, await cluster.WebApi.StopAsync());
        Assert.Equal(0, await cluster.Gateways[0].StopAsync());
        Assert.Equal(0, await cluster.Workers[0].StopAsync());

        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(1001, (int)client.Socket.CloseStatus!);
    }

    [Fact]
    public async Task Register_Restarted_IsCompleteAgainAndTrafficNeverNotices()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 2, workers: 1, "playground=/");
        await using var client = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[0]));

        await cluster.Register.KillAsync();
        await client.SendAsync("""{"type":"handshake"}""");
        await client.ReceiveTypeAsync("handshake");
        await cluster.StartRegisterAsync();
        await cluster.AddWorkerAsync();
        await cluster.AnswersAsync();

        await client.SendAsync("""{"type":"handshake"}""");
        await client.ReceiveTypeAsync("handshake");
    }
}
