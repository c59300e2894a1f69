using Portico.Gateway.Connections;

namespace Portico.Gateway.Tests.Connections;

public sealed class TokenBucketTests
{
    private const int Rate = 100;
    private const int Burst = 50;

    [Fact]
    public void Take_WithinTheBurst_IsFree()
    {
        var bucket = new TokenBucket(Burst, 0);

        Assert.True(bucket.Take(Burst, Rate, Burst, 0));
        Assert.Equal(0, bucket.Wait(Rate));
    }

    [Fact]
    public void Take_MoreThanThereIs_SaysHowLongToWait()
    {
        var bucket = new TokenBucket(Burst, 0);

        Assert.False(bucket.Take(Burst + 20, Rate, Burst, 0));
        Assert.Equal(200, bucket.Wait(Rate));
        Assert.True(bucket.Take(0, Rate, Burst, 200));
    }

    [Fact]
    public void Take_AfterALongTime_HasTheBurstAndNoMore()
    {
        var bucket = new TokenBucket(Burst, 0);
        bucket.Take(Burst, Rate, Burst, 0);

        Assert.True(bucket.Take(0, Rate, Burst, 1_000_000));
        Assert.Equal(Burst, bucket.Tokens);
    }

    [Fact]
    public void Take_OftenInSmallSteps_LosesNoTime()
    {
        var bucket = new TokenBucket(0, 0);
        for (var now = 1; now <= 1000; now++)
        {
            bucket.Take(0, 3, 1000, now);
        }

        Assert.Equal(3, bucket.Tokens);
    }

    [Fact]
    public void Take_ClockTurnsOver_GoesOn()
    {
        var start = (long)int.MaxValue - 100;
        var bucket = new TokenBucket(0, start);

        bucket.Take(0, Rate, 1000, start + 200);

        Assert.Equal(20, bucket.Tokens);
    }

    [Fact]
    public void Take_NoLimit_IsAlwaysFree()
    {
        var bucket = default(TokenBucket);

        Assert.True(bucket.Take(int.MaxValue, 0, 0, 5));
        Assert.Equal(0, bucket.Wait(0));
        Assert.False(bucket.IsHopeless(0, 1));
    }

    [Fact]
    public void IsHopeless_DebtOfManySeconds_IsSaid()
    {
        var bucket = new TokenBucket(0, 0);

        bucket.Take(10 * Rate, Rate, Burst, 0);

        Assert.False(bucket.IsHopeless(Rate, 10));
        bucket.Take(1, Rate, Burst, 0);
        Assert.True(bucket.IsHopeless(Rate, 10));
        Assert.Equal(10_010, bucket.Wait(Rate));
    }

    [Fact]
    public void Take_Endlessly_NeverTurnsOver()
    {
        var bucket = new TokenBucket(0, 0);
        for (var i = 0; i < 5; i++)
        {
            bucket.Take(int.MaxValue, Rate, Burst, 0);
        }

        Assert.Equal(int.MinValue, bucket.Tokens);
        Assert.Equal(int.MaxValue, bucket.Wait(1));
    }
}
