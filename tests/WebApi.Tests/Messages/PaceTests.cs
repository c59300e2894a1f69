using Portico.Support;
using Portico.WebApi.Messages;

namespace Portico.WebApi.Tests.Messages;

public sealed class PaceTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void TryPass_MoreThanAllowedInAWindow_AreHeldBackForEachKeyAlone()
    {
        var pace = new Pace<string>(2, TimeSpan.FromSeconds(1), _clock);

        Assert.Equal([true, true, false], new[] { pace.TryPass("a"), pace.TryPass("a"), pace.TryPass("a") });
        Assert.True(pace.TryPass("b"));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(pace.TryPass("a"));
    }

    [Fact]
    public void TryPass_KeysThatWereQuietForAWindow_AreForgotten()
    {
        var pace = new Pace<int>(1, TimeSpan.FromSeconds(2), _clock);
        for (var key = 0; key < 20_000; key++)
        {
            Assert.True(pace.TryPass(key));
        }

        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.True(pace.TryPass(-1));

        Assert.Equal(1, pace.Known);
    }
}
