using Portico.Contracts.Protos.Gateway;
using Portico.Support;

namespace Portico.Gateway.Tests.Hosting;

/// <summary>What workers ask about the clients that a stopping gateway closes is answered.</summary>
public sealed class StopQueriesTests
{
    [Fact]
    public async Task Stop_WorkerAsksInOnClose_IsAnsweredUntilItHasAcknowledged()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:StopSeconds", "7"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);
        await worker.AckAsync(1);

        var stopping = gateway.StopAsync();
        Assert.Null(await client.ReceiveAsync());
        await client.DisposeAsync();
        var (sequence, close) = await worker.NextAsync();
        Assert.Equal(EventKind.Close, close.Kind);
        for (var id = 1u; id <= 40; id += 2)
        {
            await worker.CommandAsync(
                new Command { Id = id, Kind = CommandKind.IsOnline, Connection = close.Connection },
                new Command { Id = id + 1, Kind = CommandKind.GetSession, Connection = close.Connection });
            var online = await worker.NextResultAsync();
            Assert.Equal(((ulong)id, CommandStatus.Delivered, 0u), (online.Id, online.Status, online.Count));
            Assert.Equal(CommandStatus.NoSuchClient, (await worker.NextResultAsync()).Status);
            Assert.False(stopping.IsCompleted);
        }

        await worker.AckAsync(sequence);
        await stopping;
    }
}
