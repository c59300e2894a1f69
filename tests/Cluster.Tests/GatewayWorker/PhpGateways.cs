using System.Diagnostics;
using Portico.Support;

namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>A register and gateways played by PHP scripts of ours, as the protocol document describes GatewayWorker's own.</summary>
internal sealed class PhpGateways : IAsyncDisposable
{
    private readonly List<Process> _processes = [];
    private readonly string _key;
    private readonly int _registerPort = FreePort.Take();

    private PhpGateways(string key) => _key = key;

    /// <summary>Address of the register.</summary>
    public string Register => $"127.0.0.1:{_registerPort}";

    /// <summary>Starts a register; <paramref name="key"/> is the secret, empty for none.</summary>
    public static async Task<PhpGateways> StartAsync(string key)
    {
        var gateways = new PhpGateways(key);
        await gateways.RunAsync("register", $"{gateways._registerPort}", key);
        return gateways;
    }

    /// <summary>Starts a gateway with one listener, "websocket" or "text".</summary>
    public async Task<PhpGateway> AddAsync(string protocol)
    {
        var gateway = new PhpGateway(FreePort.Take(), FreePort.Take(), protocol);
        gateway.Process = await RunAsync("gateway", protocol, $"{gateway.Port}", $"{gateway.Inner}", $"{_registerPort}", _key);
        return gateway;
    }

    /// <summary>Kills a gateway and starts it again on its ports: its numbers begin at 1 again, as PHP's do.</summary>
    public async Task RestartAsync(PhpGateway gateway)
    {
        gateway.Process.Kill();
        await gateway.Process.WaitForExitAsync().Guarded();
        gateway.Process = await RunAsync("gateway", gateway.Protocol, $"{gateway.Port}", $"{gateway.Inner}", $"{_registerPort}", _key);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill();
            }

            await process.WaitForExitAsync().Guarded();
            process.Dispose();
        }
    }

    private async Task<Process> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(PhpCluster.Php) { RedirectStandardOutput = true };
        foreach (var argument in (string[])["-d", "log_errors=0", Path.Combine(Repository.Root, "tests", "Cluster.Tests", "php", "gateway.php"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        _processes.Add(process);
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().Guarded());
        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }

    /// <summary>One gateway.</summary>
    internal sealed record PhpGateway(int Port, int Inner, string Protocol)
    {
        /// <summary>Its process.</summary>
        public Process Process { get; set; } = null!;
    }
}
