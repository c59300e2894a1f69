using Portico.Contracts.Link;
using Portico.Support;

namespace Portico.Contracts.Tests.Link;

public sealed class LargeArrayKeeperTests
{
    private readonly FakeClock _clock = new();
    private int _collections;

    [Fact]
    public async Task Look_QuietAfterLargeArrays_CollectsOnce()
    {
        using var keeper = new LargeArrayKeeper(_clock, () => _collections++);
        Drop(65);

        // Other tests may leave large arrays at the same time; some time it is quiet.
        await Guard.UntilAsync(
            () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(5));
                return _collections > 0;
            },
            "a collection");
    }

    [Fact]
    public void Look_WhileTheyCome_LetsTheCollectorDoIt()
    {
        using var keeper = new LargeArrayKeeper(_clock, () => _collections++);

        for (var i = 0; i < 10; i++)
        {
            Drop(65);
            _clock.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(0, _collections);
    }

    [Fact]
    public void Rent_AnyLength_GivesThatMuchAndKeepsOnlySmallOnes()
    {
        var small = PooledBytes.Rent(PooledBytes.LargestPooled);
        var large = PooledBytes.Rent(PooledBytes.LargestPooled + 1);

        Assert.Equal(PooledBytes.LargestPooled, small.Length);
        Assert.Equal(PooledBytes.LargestPooled + 1, large.Length);
        PooledBytes.Return(small);
        PooledBytes.Return(large);
    }

    // The same array counts each time.
    private static void Drop(int mebibytes)
    {
        var array = PooledBytes.Rent(PooledBytes.LargestPooled + 1);
        for (var left = mebibytes; left > 0; left -= 2)
        {
            PooledBytes.Return(array);
        }
    }
}
