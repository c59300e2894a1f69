using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class ArrivalOrderTests
{
    [Fact]
    public async Task TurnAsync_EarlierOneNotHeard_WaitsForIt()
    {
        var order = new ArrivalOrder(new FakeClock());
        var (first, second, third) = (order.Enter(), order.Enter(), order.Enter());

        var thirds = third.TurnAsync().AsTask();
        var seconds = second.TurnAsync().AsTask();
        Assert.True(first.TurnAsync().AsTask().IsCompletedSuccessfully);
        Assert.False(seconds.IsCompleted);

        first.Settle();
        await seconds.Guarded();
        Assert.False(thirds.IsCompleted);
        second.Settle();
        second.Settle();
        await thirds.Guarded();
    }

    [Fact]
    public async Task TurnAsync_EarlierOneSaysNothing_IsPassedOverOnce()
    {
        var clock = new FakeClock();
        var order = new ArrivalOrder(clock);
        var silent = order.Enter();
        var second = order.Enter();

        var turn = second.TurnAsync().AsTask();
        clock.Advance(TimeSpan.FromMilliseconds(20));
        await turn.Guarded();
        second.Settle();

        Assert.True(order.Enter().TurnAsync().AsTask().IsCompletedSuccessfully);
        Assert.True(silent.TurnAsync().AsTask().IsCompletedSuccessfully);
    }
}
