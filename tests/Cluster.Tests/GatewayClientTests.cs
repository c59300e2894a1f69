using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>GatewayClient and RegisterWatcher against a register and two gateways, each a process of its own.</summary>
public sealed class GatewayClientTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly int _registerPort = FreePort.Take();
    private readonly int[] _clientPorts = [FreePort.Take(), FreePort.Take()];
    private readonly int[] _innerPorts = [FreePort.Take(), FreePort.Take()];
    private readonly List<RoleProcess> _roles = [];
    private readonly CancellationTokenSource _stop = new();
    private RegisterWatcher _watcher = null!;
    private GatewayDirectory _directory = null!;
    private GatewayClient _client = null!;
    private Task _watching = Task.CompletedTask;
    private RoleProcess _register = null!;

    public async ValueTask InitializeAsync()
    {
        _register = await StartRegisterAsync();
        for (var i = 0; i < 2; i++)
        {
            _roles.Add(await RoleProcess.StartAsync(
                "Portico.Gateway",
                "ready",
                _folder.Path,
                $"--Gateway:Listen:0=text://127.0.0.1:{_clientPorts[i]}",
                $"--Gateway:LanPort={_innerPorts[i]}",
                $"--Gateway:RegisterAddress:0=127.0.0.1:{_registerPort}",
                "--SecretKey=s3cret"));
        }

        _watcher = new RegisterWatcher(
            new() { Registers = [$"127.0.0.1:{_registerPort}"], SecretKey = "s3cret" }, NullLogger<RegisterWatcher>.Instance);
        _watching = _watcher.RunAsync(_stop.Token);
        _directory = new GatewayDirectory(_watcher, new() { Channel = new() { SecretKey = "s3cret" } });
        _client = new GatewayClient(_directory, Guard.Limit);
        await UntilKnownAsync(2);
    }

    public async ValueTask DisposeAsync()
    {
        _directory.Dispose();
        await _stop.CancelAsync();
        await _watching.Guarded();
        foreach (var role in _roles)
        {
            await role.DisposeAsync();
        }

        await _register.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task EveryKindOfCall_ClientsOnTwoGateways_ReachesAndCountsThem()
    {
        using var first = await LineClient.ConnectAsync(_clientPorts[0]);
        using var second = await LineClient.ConnectAsync(_clientPorts[1]);
        using var third = await LineClient.ConnectAsync(_clientPorts[1]);
        await Guard.UntilAsync(async () => (await _client.CountClientsAsync()).Value == 3, "three clients are connected");
        var ids = (await _client.GetClientIdsAsync().Guarded()).Value;
        var here = ids.Where(id => id.Gateway.Port == _innerPorts[0]).ToArray();
        var there = ids.Where(id => id.Gateway.Port == _innerPorts[1]).ToArray();
        Assert.Equal((1, 2), (here.Length, there.Length));

        // Bind, then ask: on one stream the question sees the bind.
        Assert.Equal(CommandStatus.Delivered, (await _client.BindUidAsync(here[0], "U_1").Guarded()).Status);
        Assert.Equal(CommandStatus.Delivered, (await _client.BindUidAsync(there[0], "U_1").Guarded()).Status);
        Assert.Equal(CommandStatus.Refused, (await _client.BindUidAsync(there[0], "U_2", onlyIfUnbound: true).Guarded()).Status);
        Assert.Equal([here[0], there[0]], (await _client.GetClientIdsByUidAsync("U_1").Guarded()).Value);
        Assert.Equal(1, (await _client.CountUidsAsync().Guarded()).Value);
        Assert.Equal("U_1", (await _client.GetUidAsync(there[0]).Guarded()).Value);
        Assert.True((await _client.IsUidOnlineAsync("U_1").Guarded()).Value);
        Assert.False((await _client.IsUidOnlineAsync("U_9").Guarded()).Value);

        foreach (var id in ids)
        {
            Assert.Equal(CommandStatus.Delivered, (await _client.JoinGroupAsync(id, "room").Guarded()).Status);
        }

        Assert.Equal(3, (await _client.CountClientsByGroupAsync("room").Guarded()).Value);
        Assert.Equal(3, (await _client.GetGroupsAsync().Guarded()).Value["room"]);
        Assert.Equal(["U_1"], (await _client.GetGroupUidsAsync().Guarded()).Value["room"]);

        var session = Encoding.ASCII.GetBytes("a:1:{s:1:\"a\";i:1;}");
        await _client.SetSessionAsync(there[1], session).Guarded();
        Assert.Equal(session, (await _client.GetSessionAsync(there[1]).Guarded()).Value!.Value.ToArray());
        Assert.Equal(3, (await _client.GetSessionsAsync("room").Guarded()).Value.Count);

        Assert.Equal(3, (await _client.SendToAllAsync("all").Guarded()).Delivered);
        Assert.Equal(2, (await _client.SendToUidAsync("U_1", "uid").Guarded()).Delivered);
        Assert.Equal(2, (await _client.SendToGroupAsync("room", "group", new() { Exclude = [here[0]] }).Guarded()).Delivered);
        Assert.Equal(CommandStatus.Delivered, (await _client.SendToClientAsync(here[0], "one").Guarded()).Status);
        Assert.Equal(["all", "uid", "one"], await first.ReadAsync(3));
        foreach (var id in there)
        {
            _ = await _client.SendToClientAsync(id, "end").Guarded();
        }

        List<string>[] others = [await second.ReadUntilAsync("end"), await third.ReadUntilAsync("end")];
        Assert.Equal(["all,group", "all,uid,group"], others.Select(lines => string.Join(',', lines)).OrderBy(lines => lines.Length));

        Assert.Equal(1, (await _client.CloseClientAsync(here[0], Encoding.ASCII.GetBytes("bye")).Guarded()).Delivered);
        Assert.Equal(["bye", null], await first.ReadAsync(2));
        await Guard.UntilAsync(async () => !(await _client.IsOnlineAsync(here[0])).Value, "the closed client is gone");
        Assert.Equal(CommandStatus.NoSuchClient, (await _client.SendToClientAsync(here[0], "late").Guarded()).Status);
    }

    [Fact]
    public async Task LargeBody_GoesInPartsAndArrivesWhole()
    {
        using var client = await LineClient.ConnectAsync(_clientPorts[0]);
        await Guard.UntilAsync(async () => (await _client.CountClientsAsync()).Value == 1, "the client is connected");
        var id = (await _client.GetClientIdsAsync().Guarded()).Value.Single();
        var text = string.Create(900_000, 0, (span, _) => span.Fill('y'));

        var receipt = await _client.SendToClientAsync(id, text).Guarded();

        Assert.Equal(CommandStatus.Delivered, receipt.Status);
        Assert.Equal(text, (await client.ReadAsync(1))[0]);
    }

    [Fact]
    public async Task ForgedClientId_GatewayGoneAndNothingDialled()
    {
        var receipt = await _client.SendToClientAsync(new ClientId(GatewayAddress.Parse("127.0.0.1:9"), 1), "x").Guarded();

        Assert.Equal(CommandStatus.GatewayGone, receipt.Status);
        Assert.Equal(0, receipt.Delivered);
    }

    [Fact]
    public async Task RegisterKilledAndStartedAgain_ListStaysAndIsCompleteAgain()
    {
        await _register.KillAsync();
        Assert.Equal(2, (await _client.SendToAllAsync("still there").Guarded()).Gateways.Count);

        _register = await StartRegisterAsync();
        await _register.SeenAsync("2 in all");
        await UntilKnownAsync(2);
        Assert.True((await _client.SendToAllAsync("and again").Guarded()).IsComplete);
    }

    [Fact]
    public async Task GatewayKilled_TheOtherStillAnswersAndTheListShrinks()
    {
        await _roles[0].KillAsync();
        await UntilKnownAsync(1);

        var receipt = await _client.SendToAllAsync("x").Guarded();

        Assert.Equal(_innerPorts[1], Assert.Single(receipt.Gateways).Address.Port);
        Assert.True(receipt.IsComplete);
    }

    private async Task UntilKnownAsync(int count)
    {
        var known = _watcher.Current;
        while (known.Addresses.Count != count)
        {
            known = await _watcher.NextAsync(known.Version, CancellationToken.None).Guarded();
        }
    }

    private Task<RoleProcess> StartRegisterAsync() => RoleProcess.StartAsync(
        "Portico.Register", "register is ready", _folder.Path, $"--Register:Listen=127.0.0.1:{_registerPort}", "--SecretKey=s3cret");
}
