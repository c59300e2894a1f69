using System.Net.Sockets;
using System.Net.WebSockets;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.BusinessWorker.Events;
using Portico.BusinessWorker.Hosting;
using Portico.Client;
using Portico.Contracts.GatewayWorker;
using Portico.Support;

namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>A .NET worker on a PHP register and PHP gateways, which are scripts that speak the wire as the protocol document describes it.</summary>
public sealed class PhpGatewayTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a secret of PHP and Portico")]
    public async Task Worker_OnWebSocketAndTextGateways_ServesThemAsItsOwn(string key)
    {
        Assert.SkipWhen(PhpCluster.WhyNot is not null, PhpCluster.WhyNot ?? "");
        await using var gateways = await PhpGateways.StartAsync(key);
        var webSocket = await gateways.AddAsync("websocket");
        var text = await gateways.AddAsync("text");
        var (host, module) = await StartAsync(gateways.Register, key, $"test={text.Port}/");
        using (host)
        {
            await ConnectedAsync(host, 2);
            await using var a = await TestClient.ConnectAsync($"ws://127.0.0.1:{webSocket.Port}/test?a=b%20c");
            Assert.Equal("connect /test", await module.NextAsync().Guarded());
            Assert.Equal("websocket /test b c 13 127.0.0.1", await module.NextAsync().Guarded());
            await a.SendAsync("hello");
            Assert.Equal("hello", await a.ReceiveAsync());

            // A text client may wait for the first word.
            using var b = await LineClient.ConnectAsync(text.Port);
            Assert.Equal("connect /", await module.NextAsync().Guarded());
            Assert.Equal("welcome", await b.ReceiveAsync());
            await NamesAsync(a, b);
            await SessionsAsync(host, a, gateways.Register, key);
            await EndsAsync(module, a, b);
            await host.StopAsync().Guarded();
        }
    }

    [Fact]
    public async Task Gateway_KilledAndRestarted_IsServedAgain()
    {
        Assert.SkipWhen(PhpCluster.WhyNot is not null, PhpCluster.WhyNot ?? "");
        await using var gateways = await PhpGateways.StartAsync("");
        var gateway = await gateways.AddAsync("websocket");
        var (host, module) = await StartAsync(gateways.Register, "");
        using (host)
        {
            await ConnectedAsync(host, 1);
            await using var before = await TestClient.ConnectAsync($"ws://127.0.0.1:{gateway.Port}/test");
            await before.SendAsync("bind U_1");
            Assert.Equal("uid U_1", await before.ReceiveAsync());
            await gateways.RestartAsync(gateway);

            // Its first client has the old one's number, and nothing else of it.
            await using var after = await OpenedAsync(gateway.Port);
            await after.SendAsync("show");
            Assert.Equal("nobody n=0 name=", await after.ReceiveAsync());
            await using var refused = await TestClient.ConnectAsync($"ws://127.0.0.1:{gateway.Port}/nowhere");
            await EndedAsync(refused);
            await host.StopAsync().Guarded();
        }

        Assert.NotNull(module);
    }

    [Fact]
    public async Task Worker_OnBothKindsOfRegisters_ServesBothKindsOfGateways()
    {
        Assert.SkipWhen(PhpCluster.WhyNot is not null, PhpCluster.WhyNot ?? "");
        await using var gateways = await PhpGateways.StartAsync("one key");
        var php = await gateways.AddAsync("text");
        await using var portico = await PhpCluster.StartAsync("one key");
        var (host, _) = await StartAsync(gateways.Register, "one key", $"test={php.Port}/", $"test={portico.Text[0]}/", portico.Register);
        using (host)
        {
            await ConnectedAsync(host, 3);
            using var a = await LineClient.ConnectAsync(php.Port);
            using var b = await LineClient.ConnectAsync(portico.Text[0]);
            Assert.Equal("welcome", await a.ReceiveAsync());
            Assert.Equal("welcome", await b.ReceiveAsync());
            await a.SendAsync("bind U_1");
            Assert.Equal("uid U_1", await a.ReceiveAsync());
            await b.SendAsync("uid U_1");
            Assert.Equal("to uid", await a.ReceiveAsync());
            await a.SendAsync("all");
            Assert.Equal("to all", await a.ReceiveAsync());
            Assert.Equal("to all", await b.ReceiveAsync());
            await host.StopAsync().Guarded();
        }
    }

    private static async Task NamesAsync(TestClient a, LineClient b)
    {
        await a.SendAsync("bind U_1");
        Assert.Equal("uid U_1", await a.ReceiveAsync());
        await b.SendAsync("uid U_1");
        Assert.Equal("to uid", await a.ReceiveAsync());
        await a.SendAsync("join room");
        Assert.Equal("members 1", await a.ReceiveAsync());
        await b.SendAsync("join room");
        Assert.Equal("members 2", await b.ReceiveAsync());
        await b.SendAsync("group room");
        Assert.Equal("to group", await a.ReceiveAsync());
        Assert.Equal("to group", await b.ReceiveAsync());
        await b.SendAsync("all");
        Assert.Equal("to all", await a.ReceiveAsync());
        Assert.Equal("to all", await b.ReceiveAsync());
    }

    // What callbacks and others change of a client reaches the next callback.
    private static async Task SessionsAsync(IHost host, TestClient a, string register, string key)
    {
        for (var i = 0; i < 100; i++)
        {
            await a.SendAsync("count");
        }

        await a.SendAsync("show");
        Assert.Equal("U_1 n=100 name=", await a.ReceiveAsync());
        var client = host.Services.GetRequiredService<IGatewayClient>().WithTimeout(Guard.Limit);
        var id = Assert.Single((await client.GetClientIdsByUidsAsync(["U_1"])).Value["U_1"]);

        // By a way of its own, as a web backend does it.
        using var ending = new CancellationTokenSource();
        var watcher = new RegisterWatcher(
            new RegisterWatcherOptions { Registers = [RegisterWatcherOptions.GatewayWorkerScheme + register], SecretKey = key }, Microsoft.Extensions.Logging.Abstractions.NullLogger<RegisterWatcher>.Instance);
        var watching = watcher.RunAsync(ending.Token);
        _ = await watcher.NextAsync(0, ending.Token).Guarded();
        using var directory = new GatewayDirectory(watcher, new GatewayDirectoryOptions { Channel = new() { SecretKey = key } });
        var other = new GatewayClient(directory, Guard.Limit);
        _ = await other.UpdateSessionAsync(id, new SessionData { ["name"] = "A" }.ToBytes());
        _ = await other.BindUidAsync(id, "U_2");
        Assert.Equal("U_2", (await other.GetUidAsync(id)).Value);
        await a.SendAsync("show");
        Assert.Equal("U_2 n=100 name=A", await a.ReceiveAsync());
        await ending.CancelAsync();
        await watching.Guarded();
    }

    private static async Task EndsAsync(PhpGatewayEvents module, TestClient a, LineClient b)
    {
        await a.SendAsync("close");
        Assert.Equal("bye", await a.ReceiveAsync());
        await EndedAsync(a);
        Assert.Equal("close U_2 n=100", await module.NextAsync().Guarded());
        b.Dispose();
        Assert.Equal("close nobody n=0", await module.NextAsync().Guarded());
    }

    // GatewayWorker's gateways end a WebSocket without a close frame.
    private static async Task EndedAsync(TestClient client) => await Assert.ThrowsAsync<WebSocketException>(client.ReceiveAsync);

    private static async Task<TestClient> OpenedAsync(int port)
    {
        TestClient? opened = null;
        await Guard.UntilAsync(
            async () =>
            {
                try
                {
                    opened = await TestClient.ConnectAsync($"ws://127.0.0.1:{port}/test");
                    return true;
                }
                catch (Exception fault) when (fault is WebSocketException or SocketException or IOException)
                {
                    // No worker is there yet: GatewayWorker's gateways throw such a client out.
                    return false;
                }
            },
            "a client of the gateway that came back");
        return opened!;
    }

    private static Task ConnectedAsync(IHost host, int gateways)
    {
        var client = host.Services.GetRequiredService<IGatewayClient>();
        return Guard.UntilAsync(async () => await client.CountClientsAsync() is { IsComplete: true } && host.Services.GetRequiredService<IGatewayCommands>().Gateways.Count == gateways, $"{gateways} gateways");
    }

    private static async Task<(IHost Host, PhpGatewayEvents Module)> StartAsync(string register, string key, params string[] more)
    {
        PhpGatewayEvents? module = null;
        var settings = new Dictionary<string, string?>
        {
            ["SecretKey"] = key,
            ["BusinessWorker:RegisterAddress:0:Address"] = register,
            ["BusinessWorker:RegisterAddress:0:Protocol"] = "gatewayworker",
            ["BusinessWorker:Events:0"] = "test",
        };
        var events = more.Where(entry => entry.Contains('=', StringComparison.Ordinal)).ToArray();
        for (var i = 0; i < events.Length; i++)
        {
            settings[$"BusinessWorker:Events:{i + 1}"] = events[i];
        }

        if (more.FirstOrDefault(entry => !entry.Contains('=', StringComparison.Ordinal)) is { } native)
        {
            settings["BusinessWorker:RegisterAddress:1:Address"] = native;
        }

        var modules = new EventsModules().Add("test", "/test", services => module ??= new PhpGatewayEvents(services));
        var host = BusinessWorkerHost.Build(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), modules);
        await host.StartAsync().Guarded();
        return (host, module!);
    }
}
