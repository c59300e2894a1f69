using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class RpcDeadlineTests
{
    private const string Path = "/test.Deadline/Do";

    [Fact]
    public async Task Unary_DeadlinePasses_BothSidesGiveUp()
    {
        var (here, there) = (new FakeClock(), new FakeClock());
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var seen = new TaskCompletionSource<DateTimeOffset?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path,
            async (request, call) =>
            {
                try
                {
                    entered.SetResult();
                    await Task.Delay(Timeout.Infinite, call.CancellationToken);
                }
                finally
                {
                    seen.SetResult(call.Deadline);
                }

                return request;
            },
            host.Options with { TimeProvider = there }));
        using var channel = server.Channel(new() { TimeProvider = here });

        var calling = channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart(), new() { Timeout = TimeSpan.FromMilliseconds(200) });
        await entered.Task.Guarded();
        here.Advance(TimeSpan.FromMilliseconds(200));
        there.Advance(TimeSpan.FromMilliseconds(200));

        var fault = await Assert.ThrowsAsync<RpcException>(() => calling.Guarded());

        Assert.Equal(RpcStatusCode.DeadlineExceeded, fault.Code);
        Assert.NotNull(await seen.Task.Guarded());
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task Unary_ServersClockPassesTheDeadline_ServerAnswersDeadlineExceeded()
    {
        var clock = new FakeClock();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path,
            async (request, call) =>
            {
                entered.SetResult();
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                return request;
            },
            host.Options with { TimeProvider = clock }));
        using var channel = server.Channel(new() { TimeProvider = new FakeClock() });

        var calling = channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart(), new() { Timeout = TimeSpan.FromHours(1) });
        await entered.Task.Guarded();
        clock.Advance(TimeSpan.FromHours(1) + TimeSpan.FromSeconds(1));

        var fault = await Assert.ThrowsAsync<RpcException>(() => calling.Guarded());
        Assert.Equal(RpcStatusCode.DeadlineExceeded, fault.Code);
    }

    [Fact]
    public async Task Duplex_CallersClockPassesTheDeadline_ReadEnds()
    {
        var clock = new FakeClock();
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path,
            async call =>
            {
                using var registration = call.CancellationToken.Register(gone.SetResult);
                await call.StartAsync();
                _ = await call.ReadAsync<BodyPart>();
            },
            host.Options with { TimeProvider = new FakeClock() }));
        using var channel = server.Channel(new() { TimeProvider = clock });
        using var call = await channel.DuplexAsync(Path, new() { Timeout = TimeSpan.FromMinutes(1) }).Guarded();
        _ = await call.OpenResponsesAsync().Guarded();

        var reading = call.ReadAsync<BodyPart>().AsTask();
        clock.Advance(TimeSpan.FromMinutes(2));

        var fault = await Assert.ThrowsAsync<RpcException>(() => reading.Guarded());
        Assert.Equal(RpcStatusCode.DeadlineExceeded, fault.Code);
        await gone.Task.Guarded();
    }

    [Fact]
    public async Task Unary_CallerCancels_CallerSeesItsOwnTokenAndHandlerIsTold()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcUnary<BodyPart, BodyPart>(
            Path,
            async (request, call) =>
            {
                using var registration = call.CancellationToken.Register(told.SetResult);
                entered.SetResult();
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                return request;
            },
            host.Options));
        using var channel = server.Channel();
        using var source = new CancellationTokenSource();

        var calling = channel.UnaryAsync<BodyPart, BodyPart>(Path, new BodyPart(), default, source.Token);
        await entered.Task.Guarded();
        await source.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => calling.Guarded());
        Assert.Equal(source.Token, cancelled.CancellationToken);
        await told.Task.Guarded();
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task Duplex_DisposedWhileReading_ReadEndsCancelled()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(Path, RpcStreamTests.EchoRawAsync, host.Options));
        using var channel = server.Channel();
        var call = await channel.DuplexAsync(Path).Guarded();
        _ = await call.OpenResponsesAsync().Guarded();

        var reading = call.ReadAsync<BodyPart>().AsTask();
        call.Dispose();

        var fault = await Assert.ThrowsAsync<RpcException>(() => reading.Guarded());
        Assert.Equal(RpcStatusCode.Cancelled, fault.Code);
    }

    [Theory]
    [InlineData("1S", 1000)]
    [InlineData("99999999m", 99_999_999)]
    [InlineData("2M", 120_000)]
    [InlineData("1H", 3_600_000)]
    [InlineData("5000u", 5)]
    [InlineData("7000000n", 7)]
    public void TryParse_ValidTimeout_IsRead(string text, long milliseconds)
    {
        Assert.True(RpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(milliseconds, (long)timeout.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("5")]
    [InlineData("-5S")]
    [InlineData("999999999S")]
    [InlineData("5s")]
    [InlineData("5.0S")]
    public void TryParse_Malformed_IsRefused(string text) => Assert.False(RpcTimeout.TryParse(text, out _));

    [Fact]
    public void Format_AnyTimeout_ReadsBackNotShorter()
    {
        foreach (var timeout in new[] { TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(1.5), TimeSpan.FromSeconds(5), TimeSpan.FromHours(20), TimeSpan.FromDays(20) })
        {
            Assert.True(RpcTimeout.TryParse(RpcTimeout.Format(timeout), out var back));
            Assert.InRange(back, timeout, timeout + TimeSpan.FromSeconds(2));
        }
    }
}
