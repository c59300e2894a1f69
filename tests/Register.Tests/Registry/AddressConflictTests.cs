using System.Net;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using Portico.Register.Registry;
using Portico.Support;

namespace Portico.Register.Tests.Registry;

/// <summary>Two gateways with one address: the one that lives keeps it, a dead one does not.</summary>
public sealed class AddressConflictTests
{
    private const string Address = "127.0.0.1:2900";

    [Fact]
    public async Task Announce_AnotherGatewayLivesThere_IsRefusedAndNamed()
    {
        await using var register = await RunningRegister.StartAsync();
        using var channel = register.Channel();
        using var first = await AnnounceAsync(channel, 1);

        var second = AnnounceAsync(channel, 2);
        await Guard.UntilAsync(
            async () =>
            {
                // It goes on renewing, as gateways do.
                await first.WriteAsync(new AnnounceRequest()).AsTask().Guarded();
                return second.IsCompleted;
            },
            "an answer to the second gateway");

        Assert.Equal(RpcStatusCode.AlreadyExists, (await Assert.ThrowsAsync<RpcException>(() => second)).Code);
        await using var watch = channel.WatchAsync();
        Assert.Equal([Address], (await watch.NextAsync()).Addresses);
        var conflict = Assert.Single((await SurveyAsync(channel)).Conflicts);
        Assert.Equal(Address, conflict.Address);
        Assert.StartsWith("127.0.0.1:", conflict.Holder, StringComparison.Ordinal);
        Assert.StartsWith("127.0.0.1:", conflict.Refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Announce_TheFormerGatewayWasKilled_TakesItsPlaceAtOnce()
    {
        await using var register = await RunningRegister.StartAsync();
        var killed = register.Channel();
        _ = await AnnounceAsync(killed, 1);
        using var channel = register.Channel();
        var second = AnnounceAsync(channel, 2);

        killed.Dispose();

        using var announced = await second.Guarded();
        await using var watch = channel.WatchAsync();
        Assert.Equal([Address], (await watch.NextAsync()).Addresses);
        Assert.Empty((await SurveyAsync(channel)).Conflicts);
    }

    [Fact]
    public async Task Announce_TheFormerGatewaysMachineVanished_TakesItsPlaceWhenTheLeaseIsOver()
    {
        var clock = new FakeClock();
        await using var register = await RunningRegister.StartAsync(clock: clock);
        using var channel = register.Channel();
        using var silent = await AnnounceAsync(channel, 1);
        var second = AnnounceAsync(channel, 2);

        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(1));
                return second.IsCompleted;
            },
            "the place of the silent one");

        using var announced = await second;
    }

    [Fact]
    public async Task Announce_TheSameGatewayAgain_IsListedOnceAndNotRefused()
    {
        await using var register = await RunningRegister.StartAsync();
        using var channel = register.Channel();
        var old = await AnnounceAsync(channel, 7);
        using var renewed = await AnnounceAsync(channel, 7);
        await using var watch = channel.WatchAsync();
        Assert.Equal([Address], (await watch.NextAsync()).Addresses);

        // The epoch stays the holder's while one of its leases is held.
        old.Dispose();
        var other = AnnounceAsync(channel, 8);
        await Guard.UntilAsync(
            async () =>
            {
                await renewed.WriteAsync(new AnnounceRequest()).AsTask().Guarded();
                return other.IsCompleted;
            },
            "an answer to the other gateway");
        Assert.Equal(RpcStatusCode.AlreadyExists, (await Assert.ThrowsAsync<RpcException>(() => other)).Code);
    }

    [Theory]
    [InlineData("127.0.0.1:2900", "127.0.0.1", true)]
    [InlineData("127.0.0.1:2900", "::1", true)]
    [InlineData("127.0.0.1:2900", "::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.5:2900", "10.0.0.5", true)]
    [InlineData("10.0.0.5:2900", "127.0.0.1", true)]
    [InlineData("127.0.0.1:2900", "10.0.0.5", false)]
    [InlineData("127.8.8.8:2900", "2001:db8::1", false)]
    public void IsReachable_LoopbackIsOnlyForThisMachine(string announced, string from, bool expected) =>
        Assert.Equal(expected, RpcFace.IsReachable(GatewayAddress.Parse(announced), IPAddress.Parse(from)));

    [Fact]
    public async Task Survey_ReportsOfRoles_AreThoseOfTheLastSeconds()
    {
        var clock = new FakeClock();
        await using var register = await RunningRegister.StartAsync(clock: clock);
        using var channel = register.Channel();
        await ReportAsync(channel, new RoleReport { Role = "businessworker", Name = "a", Instance = 1, Faults = { "old" } });
        await ReportAsync(channel, new RoleReport { Role = "businessworker", Name = "a", Instance = 1, Faults = { "new" } });
        clock.Advance(TimeSpan.FromSeconds(10));
        await ReportAsync(channel, new RoleReport { Role = "web-api", Name = "b", Instance = 2 });

        Assert.Equal(["a new", "b "], (await SurveyAsync(channel)).Roles.Select(role => $"{role.Name} {string.Join(',', role.Faults)}"));
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["b"], (await SurveyAsync(channel)).Roles.Select(role => role.Name));
    }

    private static Task<ReportReply> ReportAsync(RpcChannel channel, RoleReport report) =>
        channel.UnaryAsync<RoleReport, ReportReply>("/portico.register.v1.Register/Report", report).Guarded();

    private static Task<SurveyReply> SurveyAsync(RpcChannel channel) =>
        channel.UnaryAsync<SurveyRequest, SurveyReply>("/portico.register.v1.Register/Survey", new SurveyRequest()).Guarded();

    private static async Task<RpcDuplexCall> AnnounceAsync(RpcChannel channel, ulong epoch)
    {
        var call = await channel.DuplexAsync(RunningRegister.Announce).Guarded();
        await call.WriteAsync(new AnnounceRequest { Address = Address, Epoch = epoch }).AsTask().Guarded();
        Assert.NotNull(await call.ReadAsync<AnnounceReply>().AsTask().Guarded());
        return call;
    }
}
