using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>Two gateways with one LanIp:LanPort, as a copied configuration gives: everybody concerned says so, and none of them is harmed for ever.</summary>
public sealed class AddressConflictTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _register = FreePort.Take();
    private readonly int _inner = FreePort.Take();

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task SecondGateway_IsRefusedAndNamedEverywhere_AndTakesThePlaceWhenTheFirstIsKilled()
    {
        await using var register = await RoleProcess.StartAsync("Portico.Register", "ready", _folder.Path, $"--Register:Listen=127.0.0.1:{_register}", "--Register:LeaseSeconds=3");
        await using var first = await StartGatewayAsync("127.0.0.1");
        await first.SeenAsync("Announced at register");
        await using var second = await StartGatewayAsync("127.0.0.2");

        await second.SeenAsync($"another one that lives has announced 127.0.0.1:{_inner}");
        await register.SeenAsync($"Two gateways announce 127.0.0.1:{_inner}");
        var status = await RunAsync("status", "--register", $"127.0.0.1:{_register}", "--timeout", "60");
        Assert.Contains($"two gateways announce 127.0.0.1:{_inner}", status.Printed, StringComparison.Ordinal);
        Assert.Equal(1, status.Code);
        var doctor = await RunAsync("doctor", "--register", $"127.0.0.1:{_register}", "--timeout", "5");
        Assert.Contains($"two gateways announce 127.0.0.1:{_inner}", doctor.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("Announced at register", second.Log, StringComparison.Ordinal);

        await first.KillAsync();

        await second.SeenAsync("Announced at register");
    }

    private Task<RoleProcess> StartGatewayAsync(string innerListen) => RoleProcess.StartAsync(
        "Portico.Gateway", "ready", _folder.Path, $"--Gateway:Listen:0=text://127.0.0.1:{FreePort.Take()}", $"--Gateway:LanPort={_inner}",
        $"--Gateway:InnerListen={innerListen}", $"--Gateway:RegisterAddress:0=127.0.0.1:{_register}");

    private async Task<(int Code, string Printed)> RunAsync(params string[] args)
    {
        await using var cli = RoleProcess.Launch("portico", "never", _folder.Path, args);
        return (await cli.ExitAsync(), cli.Log);
    }
}
