using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Register.Tests.Registry;

public sealed class RpcFaceTests
{
    [Fact]
    public async Task Watch_GatewaysComeAndGo_EachChangeWithAHigherVersion()
    {
        await using var register = await RunningRegister.StartAsync();
        using var channel = register.Channel();
        await using var watch = channel.WatchAsync();

        var empty = await watch.NextAsync();
        var first = await channel.AnnounceAsync("127.0.0.1:2900");
        var one = await watch.NextAsync();
        using var second = await channel.AnnounceAsync("10.0.0.7:2901");
        var two = await watch.NextAsync();
        first.Dispose();
        var left = await watch.NextAsync();

        Assert.Empty(empty.Addresses);
        Assert.Equal(["127.0.0.1:2900"], one.Addresses);
        Assert.Equal(["127.0.0.1:2900", "10.0.0.7:2901"], two.Addresses);
        Assert.Equal(["10.0.0.7:2901"], left.Addresses);
        Assert.True(empty.Version < one.Version && one.Version < two.Version && two.Version < left.Version);
        Assert.All([one, two, left], reply => Assert.Equal(empty.Epoch, reply.Epoch));
    }

    [Fact]
    public async Task Announce_SameAddressTwice_ListedOnceUntilBothAreGone()
    {
        await using var register = await RunningRegister.StartAsync();
        using var channel = register.Channel();
        var old = await channel.AnnounceAsync("127.0.0.1:2900");
        var renewed = await channel.AnnounceAsync("127.0.0.1:2900");
        await using var watch = channel.WatchAsync();
        Assert.Equal(["127.0.0.1:2900"], (await watch.NextAsync()).Addresses);

        old.Dispose();
        using var other = await channel.AnnounceAsync("127.0.0.1:2901");
        Assert.Equal(["127.0.0.1:2900", "127.0.0.1:2901"], (await watch.NextAsync()).Addresses);

        renewed.Dispose();
        Assert.Equal(["127.0.0.1:2901"], (await watch.NextAsync()).Addresses);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost:2900")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:0")]
    [InlineData("127.0.0.01:2900")]
    [InlineData("[::1]:2900")]
    public async Task Announce_NoAddress_InvalidArgument(string address)
    {
        await using var register = await RunningRegister.StartAsync();
        using var channel = register.Channel();

        var fault = await Assert.ThrowsAsync<RpcException>(() => channel.AnnounceAsync(address));

        Assert.Equal(RpcStatusCode.InvalidArgument, fault.Code);
    }

    [Fact]
    public async Task Announce_NotRenewedInTime_ListedNoLonger()
    {
        var clock = new FakeClock();
        await using var register = await RunningRegister.StartAsync(clock: clock);
        using var channel = register.Channel();
        using var silent = await channel.AnnounceAsync("127.0.0.1:2900");
        using var faithful = await channel.AnnounceAsync("127.0.0.1:2901");
        await using var watch = channel.WatchAsync();
        Assert.Equal(2, (await watch.NextAsync()).Addresses.Count);

        // A lease begins a moment after its answer is read here: time goes on until the silent one's is over, the other one is renewed meanwhile.
        var left = watch.NextAsync();
        await Guard.UntilAsync(
            async () =>
            {
                clock.Advance(TimeSpan.FromSeconds(5));
                await faithful.WriteAsync(new AnnounceRequest()).AsTask().Guarded();
                Assert.Equal(15000U, (await faithful.ReadAsync<AnnounceReply>().AsTask().Guarded())!.LeaseMilliseconds);
                return left.IsCompleted;
            },
            "the silent one is no longer listed");

        Assert.Equal(["127.0.0.1:2901"], (await left).Addresses);
        Assert.True(clock.GetUtcNow() - clock.Start >= TimeSpan.FromSeconds(15));
        var fault = await Assert.ThrowsAsync<RpcException>(() => silent.ReadAsync<AnnounceReply>().AsTask().Guarded());
        Assert.Equal(RpcStatusCode.Aborted, fault.Code);
    }

    [Fact]
    public async Task BothCalls_WithoutTheKey_Unauthenticated()
    {
        await using var register = await RunningRegister.StartAsync("s3cret");
        using var stranger = register.Channel("other");
        using var friend = register.Channel("s3cret");

        var announcing = await Assert.ThrowsAsync<RpcException>(() => stranger.AnnounceAsync("127.0.0.1:2900"));
        await using var refused = stranger.WatchAsync();
        var watching = await Assert.ThrowsAsync<RpcException>(() => refused.NextAsync());
        using var announced = await friend.AnnounceAsync("127.0.0.1:2900");
        await using var watch = friend.WatchAsync();

        Assert.Equal(RpcStatusCode.Unauthenticated, announcing.Code);
        Assert.Equal(RpcStatusCode.Unauthenticated, watching.Code);
        Assert.Equal(["127.0.0.1:2900"], (await watch.NextAsync()).Addresses);
    }

    [Fact]
    public async Task Stop_StreamsOpen_TheyEndAtOnce()
    {
        await using var register = await RunningRegister.StartAsync();
        using var channel = register.Channel();
        using var announced = await channel.AnnounceAsync("127.0.0.1:2900");
        await using var watch = channel.WatchAsync();
        _ = await watch.NextAsync();

        await register.StopAsync();

        Assert.Equal(RpcStatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => watch.NextAsync())).Code);
        Assert.Equal(
            RpcStatusCode.Unavailable,
            (await Assert.ThrowsAsync<RpcException>(() => announced.ReadAsync<AnnounceReply>().AsTask().Guarded())).Code);
    }
}
