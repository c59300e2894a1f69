using System.Diagnostics;
using Portico.Cluster.Tests.GatewayWorker;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>Workers with different modules, and PHP workers, beside each other on one gateway, as processes of their own.</summary>
public sealed class PlaceRoutingTests
{
    private const int Many = 20;

    [Fact]
    public async Task Workers_WithDifferentModulesAndPhp_EachServeTheirOwnClientsAndNoOthers()
    {
        Assert.SkipWhen(PhpCluster.WhyNot is not null, PhpCluster.WhyNot ?? "");
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "shop");
        var greet = await cluster.AddWorkerAsync("playground=/greet");
        using var php = await PhpAsync(cluster);
        await SeenAsync(cluster, "/greet  playground", "/        shop", "(others)         php");

        await using var clients = new Clients(cluster);
        for (var i = 0; i < Many; i++)
        {
            await clients.ShopAsync();
            await clients.EchoAsync("/greet", "hello", "hello");
            await clients.EchoAsync("/php", "hello", "php hello");
        }

        // The worker of one place dies: its clients wait for it, those of the others notice nothing.
        var guest = await clients.EchoAsync("/greet", "before", "before");
        await greet.KillAsync();
        await guest.SendAsync("while it is away");
        await clients.ShopAsync();
        await clients.EchoAsync("/php", "meanwhile", "php meanwhile");
        await cluster.AddWorkerAsync("playground=/greet");
        Assert.Equal("while it is away", await guest.ReceiveAsync());
        Assert.Empty(cluster.UnexpectedErrors());
        Assert.DoesNotContain("nothing is served", string.Concat(cluster.Workers.Select(worker => worker.Log)), StringComparison.Ordinal);
        php.Kill();
    }

    [Fact]
    public async Task Workers_WithDifferentModulesAtOnePlace_AreNamedInTheGatewaysLog()
    {
        await using var cluster = await PorticoCluster.StartAsync(gateways: 1, workers: 1, "shop");

        await cluster.AddWorkerAsync("playground=/");

        await cluster.Gateways[0].SeenAsync("/ is module playground of worker");
    }

    private static async Task<Process> PhpAsync(PorticoCluster cluster)
    {
        var start = new ProcessStartInfo(PhpCluster.Php) { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "tests", "Cluster.Tests", "php", "serve.php"));
        start.Environment["PORTICO_REGISTER"] = $"127.0.0.1:{cluster.RegisterPort}";
        start.Environment["PORTICO_KEY"] = PorticoCluster.SecretKey;
        var php = Process.Start(start)!;
        Assert.Equal("ready", await php.StandardOutput.ReadLineAsync().Guarded());
        return php;
    }

    private static async Task SeenAsync(PorticoCluster cluster, params string[] rows)
    {
        var printed = "";
        await Guard.UntilAsync(
            async () =>
            {
                await using var status = RoleProcess.Launch(
                    "portico", "never", cluster.DataFolder, "status", "--register", $"127.0.0.1:{cluster.RegisterPort}", "--secret-key", PorticoCluster.SecretKey, "--timeout", "60");
                _ = await status.ExitAsync();
                printed = status.Log;
                var lines = printed.Split('\n').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(words => words is [_, _, _, "1"]).Select(words => $"{words[1]} {words[2]}").ToList();
                return rows.All(row => lines.Contains(string.Join(' ', row.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
            },
            $"all workers are attached; printed: {printed}");
    }

    /// <summary>Clients that stay connected until the end.</summary>
    private sealed class Clients(PorticoCluster cluster) : IAsyncDisposable
    {
        private readonly List<TestClient> _all = [];

        /// <summary>The shop alone answers so; the playground would echo.</summary>
        public async Task ShopAsync()
        {
            var client = await TestClient.ShakeHandsAsync(cluster.WebSocketAddress(cluster.Gateways[0]), "portico.v1");
            _all.Add(client);
            await client.SendAsync("""{"type":"nonsense"}""");
            Assert.Equal("unknown_type", (await client.ReceiveTypeAsync("error")).GetProperty("code").GetString());
        }

        public async Task<TestClient> EchoAsync(string path, string message, string answer)
        {
            var client = await TestClient.ConnectAsync(cluster.WebSocketAddress(cluster.Gateways[0], path));
            _all.Add(client);
            await client.SendAsync(message);
            Assert.Equal(answer, await client.ReceiveAsync());
            return client;
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _all)
            {
                await client.DisposeAsync();
            }
        }
    }
}
