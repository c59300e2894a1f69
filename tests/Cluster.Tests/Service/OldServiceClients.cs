using System.Net.WebSockets;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests.Service;

/// <summary>A cluster whose service listens for old clients at path / of a port of its own, with a real Redis.</summary>
internal sealed class OldServiceClients : IAsyncDisposable
{
    public const string AgentToken = "shared-agent-token";
    private readonly int _port;

    private OldServiceClients(PorticoCluster cluster, PrivateRedis redis, int port)
    {
        Cluster = cluster;
        Redis = redis;
        _port = port;
    }

    public PorticoCluster Cluster { get; }

    public PrivateRedis Redis { get; }

    public static async Task<OldServiceClients> StartAsync(string? store = null)
    {
        var redis = await PrivateRedis.StartAsync();
        var port = FreePort.Take();
        var cluster = await PorticoCluster.StartAsync(
            setup =>
            {
                setup.WorkerArguments.AddRange([$"--Redis={redis.Address}", "--Service:TokenKeyPattern=mini:{token}", $"--Service:AgentToken={AgentToken}"]);
                if (store is not null)
                {
                    setup.WebApiArguments.Add($"--WebApi:Store={store}");
                }
            },
            0,
            0,
            "shop",
            "service",
            $"service={port}/");
        await cluster.AddGatewayAsync($"--Gateway:Listen:3=websocket://127.0.0.1:{port}");
        await cluster.AddWorkerAsync();
        await cluster.AddWorkerAsync();
        await cluster.AnswersAsync();
        return new OldServiceClients(cluster, redis, port);
    }

    /// <summary>A user whose session the PHP backend has put into Redis in the given form.</summary>
    public async Task<TestClient> UserAsync(string openid, string form = "{0}")
    {
        var token = "t-" + Guid.NewGuid().ToString("N");
        await Redis.SetAsync("mini:" + token, form.Replace("{0}", $$"""{"openid":"{{openid}}","session_key":"x"}""", StringComparison.Ordinal));
        return await ConnectAsync(token);
    }

    public Task<TestClient> AgentAsync() => ConnectAsync(AgentToken);

    public Task<TestClient> ConnectAsync(string token) => TestClient.ConnectAsync($"ws://127.0.0.1:{_port}/?token={Uri.EscapeDataString(token)}");

    public Task<TestClient> ConnectPlainAsync() => TestClient.ConnectAsync($"ws://127.0.0.1:{_port}/");

    /// <summary>Waits until so many agents and these users have been let in.</summary>
    public async Task ThereAsync(int agents, params string[] openids)
    {
        using var caller = Cluster.Caller();
        await Guard.UntilAsync(
            async () => (await caller.CommandAsync("getClientIdCountByGroup", ("group", "service:agents"))).GetProperty("data").GetInt32() == agents,
            "the agents in their group");
        foreach (var openid in openids)
        {
            await Guard.UntilAsync(
                async () => (await caller.CommandAsync("isUidOnline", ("uid", "service:" + openid))).GetProperty("data").GetInt32() == 1,
                openid + " under his uid");
        }
    }

    /// <summary>Waits for the close and says why; a message before it is a fault.</summary>
    public static async Task<(int Code, string Reason)> ClosedAsync(TestClient client)
    {
        Assert.Null(await client.ReceiveAsync());
        return ((int)(client.Socket.CloseStatus ?? WebSocketCloseStatus.Empty), client.Socket.CloseStatusDescription ?? "");
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await Redis.DisposeAsync();
    }
}
