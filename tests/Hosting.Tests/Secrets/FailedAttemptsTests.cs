using System.Net;
using Portico.Hosting.Secrets;
using Portico.Support;

namespace Portico.Hosting.Tests.Secrets;

public sealed class FailedAttemptsTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void TryBegin_AsManyAsMayFail_RefusesUntilTheWindowOfTheFirstIsOver()
    {
        var attempts = new FailedAttempts(3, TimeSpan.FromSeconds(60), _clock);
        for (var i = 0; i < 3; i++)
        {
            Assert.True(attempts.TryBegin("U_1", out _, out _));
            _clock.Advance(TimeSpan.FromSeconds(10));
        }

        Assert.False(attempts.TryBegin("U_1", out _, out var wait));
        Assert.Equal(TimeSpan.FromSeconds(30), wait);
        Assert.True(attempts.TryBegin("U_2", out _, out _));
        _clock.Advance(TimeSpan.FromSeconds(29));
        Assert.False(attempts.TryBegin("U_1", out _, out _));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(attempts.TryBegin("U_1", out _, out _));
    }

    [Fact]
    public void TakeBack_AttemptsThatSucceed_DoNotCountAndDoNotForgiveThoseThatFailed()
    {
        var attempts = new FailedAttempts(2, TimeSpan.FromSeconds(60), _clock);
        Assert.True(attempts.TryBegin("U_1", out _, out _));
        for (var i = 0; i < 100; i++)
        {
            Assert.True(attempts.TryBegin("U_1", out var attempt, out _));
            attempts.TakeBack(attempt);
        }

        Assert.True(attempts.TryBegin("U_1", out _, out _));
        Assert.False(attempts.TryBegin("U_1", out _, out _));
    }

    [Fact]
    public void TakeBack_AfterTheWindow_DoesNotCountInTheNext()
    {
        var attempts = new FailedAttempts(1, TimeSpan.FromSeconds(60), _clock);
        Assert.True(attempts.TryBegin("U_1", out var old, out _));
        _clock.Advance(TimeSpan.FromSeconds(60));
        Assert.True(attempts.TryBegin("U_1", out _, out _));

        attempts.TakeBack(old);

        Assert.False(attempts.TryBegin("U_1", out _, out _));
    }

    [Fact]
    public void TryBegin_Addresses_HostsOfOneIPv6NetworkCountTogether()
    {
        var attempts = new FailedAttempts(1, TimeSpan.FromSeconds(60), _clock);

        Assert.True(attempts.TryBegin(IPAddress.Parse("2001:db8:1:2::1"), out _, out _));
        Assert.False(attempts.TryBegin(IPAddress.Parse("2001:db8:1:2:ffff::2"), out _, out _));
        Assert.True(attempts.TryBegin(IPAddress.Parse("2001:db8:1:3::1"), out _, out _));
        Assert.True(attempts.TryBegin(IPAddress.Parse("10.0.0.1"), out _, out _));
        Assert.True(attempts.TryBegin(IPAddress.Parse("10.0.0.2"), out _, out _));
        Assert.False(attempts.TryBegin(IPAddress.Parse("10.0.0.1"), out _, out _));
    }

    [Fact]
    public void TryBegin_BoundOfZero_NeverRefuses()
    {
        var attempts = new FailedAttempts(0, TimeSpan.FromSeconds(60), _clock);

        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(attempts.TryBegin("U_1", out var _, out var _)));
    }
}
