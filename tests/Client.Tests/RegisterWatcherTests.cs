using Microsoft.Extensions.Logging.Abstractions;
using Portico.Support;

namespace Portico.Client.Tests;

public sealed class RegisterWatcherTests : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _running = [];

    [Fact]
    public async Task Current_TwoRegisters_UnionEachOnce()
    {
        await using var first = await ScriptedRegister.StartAsync();
        await using var second = await ScriptedRegister.StartAsync();
        var watcher = Watch(TimeProvider.System, first, second);

        first.Say(1, 1, "10.0.0.1:2900", "10.0.0.2:2900");
        second.Say(9, 7, "10.0.0.2:2900", "10.0.0.3:2900", "not an address");

        await UntilAsync(watcher, "10.0.0.1:2900", "10.0.0.2:2900", "10.0.0.3:2900");
        first.Say(1, 2, "10.0.0.1:2900");
        second.Say(9, 8);
        await UntilAsync(watcher, "10.0.0.1:2900");
    }

    [Fact]
    public async Task Current_OlderVersionOfTheSameEpoch_Ignored()
    {
        await using var register = await ScriptedRegister.StartAsync();
        var watcher = Watch(TimeProvider.System, register);

        register.Say(1, 5, "10.0.0.5:2900");
        register.Say(1, 4, "10.0.0.4:2900");
        register.Say(1, 6, "10.0.0.6:2900");

        await UntilAsync(watcher, "10.0.0.6:2900");
        Assert.Equal(2, watcher.Current.Version);
    }

    [Fact]
    public async Task Current_RegisterGone_LastListStaysAndItsReturnIsNoticed()
    {
        var port = FreePort.Take();
        var register = await ScriptedRegister.StartAsync(port);
        var watcher = Watch(TimeProvider.System, register);
        register.Say(1, 1, "10.0.0.1:2900");
        await UntilAsync(watcher, "10.0.0.1:2900");

        await register.DisposeAsync();
        Assert.Single(watcher.Current.Addresses);

        await using var again = await ScriptedRegister.StartAsync(port);
        again.Say(1, 2, "10.0.0.1:2900", "10.0.0.2:2900");
        await UntilAsync(watcher, "10.0.0.1:2900", "10.0.0.2:2900");
    }

    [Fact]
    public async Task Current_RegisterRestartedEmpty_OldListStaysForTheGraceOnly()
    {
        var clock = new FakeClock();
        await using var register = await ScriptedRegister.StartAsync();
        var watcher = Watch(clock, register);
        register.Say(1, 3, "10.0.0.1:2900", "10.0.0.2:2900");
        await UntilAsync(watcher, "10.0.0.1:2900", "10.0.0.2:2900");

        register.Say(2, 1);
        register.Say(2, 2, "10.0.0.2:2900", "10.0.0.3:2900");
        await UntilAsync(watcher, "10.0.0.2:2900", "10.0.0.3:2900", "10.0.0.1:2900");

        clock.Advance(TimeSpan.FromSeconds(5));
        await UntilAsync(watcher, "10.0.0.2:2900", "10.0.0.3:2900");
    }

    [Fact]
    public async Task NextAsync_NoRegisterEverAnswered_WaitsForTheFirst()
    {
        await using var register = await ScriptedRegister.StartAsync();
        var watcher = Watch(TimeProvider.System, register);

        var first = watcher.NextAsync(0, CancellationToken.None);
        Assert.False(first.IsCompleted);
        register.Say(1, 1);

        Assert.Empty((await first.Guarded()).Addresses);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_running).Guarded();
        _stop.Dispose();
    }

    private static async Task UntilAsync(RegisterWatcher watcher, params string[] expected)
    {
        var known = watcher.Current;
        while (!known.Addresses.Select(address => address.ToString()).SequenceEqual(expected))
        {
            known = await watcher.NextAsync(known.Version, CancellationToken.None).Guarded();
        }
    }

    private RegisterWatcher Watch(TimeProvider clock, params ScriptedRegister[] registers)
    {
        var watcher = new RegisterWatcher(
            new() { Registers = [.. registers.Select(register => register.Address.ToString())], TimeProvider = clock },
            NullLogger<RegisterWatcher>.Instance);
        _running.Add(watcher.RunAsync(_stop.Token));
        return watcher;
    }
}
