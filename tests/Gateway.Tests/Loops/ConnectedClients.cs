using Portico.Contracts.Protos.Gateway;
using Portico.Support;

namespace Portico.Gateway.Tests.Loops;

/// <summary>Some WebSocket clients of a gateway with several loops, and the worker that heard of them.</summary>
internal sealed class ConnectedClients : IAsyncDisposable
{
    private readonly List<ScriptedWorker> _workers = [];

    public List<TestClient> Clients { get; } = [];

    public List<uint> Connections { get; } = [];

    public static async Task<ConnectedClients> ConnectAsync(RunningGateway gateway, int loops, int count)
    {
        var connected = new ConnectedClients();
        for (uint loop = 0; loop < loops; loop++)
        {
            connected._workers.Add(await ScriptedWorker.AttachAsync(gateway, loop: loop));
        }

        for (var i = 0; i < count; i++)
        {
            connected.Clients.Add(await TestClient.ConnectAsync(gateway.WebSocketUrl));
        }

        using var caller = await ScriptedCaller.OpenAsync(gateway);
        await caller.SendAsync(new Command { Id = 1, Kind = CommandKind.Select, Select = new Select { All = true } });
        connected.Connections.AddRange((await caller.NextAsync()).Clients.Select(row => row.Connection));
        Assert.Equal(count, connected.Connections.Count);
        return connected;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in Clients)
        {
            await client.DisposeAsync();
        }

        _workers.ForEach(worker => worker.Dispose());
    }
}
