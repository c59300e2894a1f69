using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.Gateway.Hosting;
using Portico.Hosting;
using Portico.Support;

namespace Portico.Gateway.Tests;

/// <summary>A whole gateway in this process, on free ports, with a WebSocket and a text listener.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly IHost _host;
    private bool _stopped;

    private RunningGateway(IHost host)
    {
        _host = host;
        var addresses = host.Services.GetRequiredService<RoleAddresses>().All;
        var clients = addresses.Where(entry => entry.Key == "clients").Select(entry => entry.Value).ToList();
        WebSocketUrl = clients[0].Replace("websocket://", "ws://", StringComparison.Ordinal) + "/";
        TextPort = int.Parse(clients[1].Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture);
        Inner = addresses.Single(entry => entry.Key == "inner").Value;
        InnerPort = int.Parse(Inner.Split(':')[^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public string WebSocketUrl { get; }

    public int TextPort { get; }

    public string Inner { get; }

    public int InnerPort { get; }

    /// <summary>Why it is not ready; null when it is.</summary>
    public string? Missing => _host.Services.GetRequiredService<RoleReadiness>().Missing;

    public static async Task<RunningGateway> StartAsync(int loops = 1, params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Gateway:Listen:1"] = "text://127.0.0.1:0",
            ["Gateway:LanPort"] = "0",
            ["Gateway:Loops"] = loops.ToString(System.Globalization.CultureInfo.InvariantCulture),

            // The tests of these times set their own: for the others no machine is too slow.
            ["Gateway:Limits:HandshakeSeconds"] = "600",
            ["Gateway:Limits:InnerFirstPacketSeconds"] = "600",
            ["Gateway:Limits:ParkedSeconds"] = "600",
            ["Gateway:Limits:WorkerSeconds"] = "600",
            ["Logging:LogLevel:Default"] = "None",
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        if (!settings.Keys.Any(key => key.StartsWith("Gateway:Listen:0", StringComparison.Ordinal)))
        {
            settings["Gateway:Listen:0"] = "websocket://127.0.0.1:0";
        }

        if (!settings.Keys.Any(key => key.StartsWith("Gateway:RegisterAddress", StringComparison.Ordinal)))
        {
            settings["Gateway:RegisterAddress:0"] = "127.0.0.1:1";
        }

        var host = GatewayHost.Build(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        await host.StartAsync().Guarded();
        return new RunningGateway(host);
    }

    /// <summary>Waits until it wants to end by itself.</summary>
    public Task WantsToStopAsync()
    {
        var wants = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => wants.TrySetResult());
        return wants.Task.Guarded();
    }

    public async Task StopAsync()
    {
        if (!_stopped)
        {
            _stopped = true;
            await _host.StopAsync().Guarded();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
    }
}
