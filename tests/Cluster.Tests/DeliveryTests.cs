using System.Net.WebSockets;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>Workers and gateways that come and go under load.</summary>
[Collection(RunsAlone.Name)]
public sealed class DeliveryTests
{
    private const int Clients = 300;

    [Fact]
    public async Task Worker_KilledWhileAllSend_EveryEchoComesOnceInOrder()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 2, "playground=/");
        await using var crowd = await EchoCrowd.ConnectAsync(cluster.WebSocketAddress(cluster.Gateways[0]), Clients);

        for (var i = 0; i < 2; i++)
        {
            await crowd.MoreAsync(Clients * 5);
            await cluster.Workers[i].KillAsync();
            await crowd.MoreAsync(Clients * 5);
            await cluster.AddWorkerAsync();
        }

        await crowd.MoreAsync(Clients * 5);
        await crowd.FinishAsync();
        Assert.Empty(cluster.UnexpectedErrors());
    }

    [Fact]
    public async Task Workers_AddedAndStoppedWhileAllSend_EveryEchoComesOnceInOrder()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "playground=/");
        await using var crowd = await EchoCrowd.ConnectAsync(cluster.WebSocketAddress(cluster.Gateways[0]), Clients);

        for (var i = 0; i < 2; i++)
        {
            await crowd.MoreAsync(Clients * 5);
            await cluster.AddWorkerAsync();
            await crowd.MoreAsync(Clients * 5);
            Assert.Equal(0, await cluster.Workers[i].StopAsync());
        }

        await crowd.MoreAsync(Clients * 5);
        await crowd.FinishAsync();
        Assert.Empty(cluster.UnexpectedErrors());
    }

    [Fact]
    public async Task Gateway_StoppedWithAThousandClients_TellsEveryOneAndEndsWithZero()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 2, workers: 1, "playground=/");
        var clients = new List<TestClient>();
        foreach (var some in Enumerable.Range(0, 1000).Chunk(50))
        {
            clients.AddRange(await Task.WhenAll(some.Select(_ => TestClient.ConnectAsync(cluster.WebSocketAddress(cluster.Gateways[0])))).Guarded());
        }

        await using var elsewhere = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[1]));

        var stopped = cluster.Gateways[0].StopAsync();
        var ends = await Task.WhenAll(clients.Select(client => client.ReceiveAsync())).Guarded();

        Assert.All(ends, Assert.Null);
        Assert.All(clients, client => Assert.Equal((WebSocketCloseStatus)1001, client.Socket.CloseStatus));
        Assert.All(clients, client => Assert.Equal("gateway is leaving", client.Socket.CloseStatusDescription));
        Assert.Equal(0, await stopped);
        await elsewhere.SendAsync("still here");
        Assert.Equal("still here", await elsewhere.ReceiveAsync());
        Assert.Empty(cluster.UnexpectedErrors());
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask())).Guarded();
    }
}
