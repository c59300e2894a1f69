using Microsoft.Extensions.Logging.Abstractions;
using Portico.Contracts.Ids;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Client.Tests;

/// <summary>A directory whose register names the given gateways.</summary>
internal sealed class FixedGateways : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private ScriptedRegister _register = null!;
    private Task _watching = null!;
    private ulong _version;

    public GatewayDirectory Directory { get; private set; } = null!;

    public RegisterWatcher Watcher { get; private set; } = null!;

    public static async Task<FixedGateways> StartAsync(GatewayDirectoryOptions? options, params GatewayAddress[] gateways)
    {
        var made = new FixedGateways { _register = await ScriptedRegister.StartAsync() };
        made.Watcher = new RegisterWatcher(new() { Registers = [made._register.Address.ToString()] }, NullLogger<RegisterWatcher>.Instance);
        made._watching = made.Watcher.RunAsync(made._stop.Token);
        made.Directory = new GatewayDirectory(made.Watcher, options ?? new() { Channel = new RpcChannelOptions { ConnectTimeout = Guard.Limit } });
        await made.SetAsync(gateways);
        return made;
    }

    public async Task SetAsync(params GatewayAddress[] gateways)
    {
        var before = Watcher.Current.Version;
        _register.Say(1, ++_version, gateways.Select(gateway => gateway.ToString()));
        _ = await Watcher.NextAsync(before, CancellationToken.None).Guarded();
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Dispose();
        await _stop.CancelAsync();
        await _watching.Guarded();
        await _register.DisposeAsync();
        _stop.Dispose();
    }
}
