using Portico.BusinessWorker.Events.Service;

namespace Portico.BusinessWorker.Tests.Events.Service;

public sealed class SessionKeysTests
{
    [Theory]
    [InlineData("mini:{token}", "0123456789abcdef", "mini:0123456789abcdef")]
    [InlineData("{token}:session", "aB-_.~+/=0123456", "aB-_.~+/=0123456:session")]
    [InlineData("{token}", "5d41402abc4b2a76b9719d911017c592", "5d41402abc4b2a76b9719d911017c592")]
    [InlineData("{token}", "9f1c2c4e-1f57-4f0e-9a4d-8f3b1c2d3e4f", "9f1c2c4e-1f57-4f0e-9a4d-8f3b1c2d3e4f")]
    public void Of_ARandomToken_IsItsKey(string pattern, string token, string key) => Assert.Equal(key, new SessionKeys(pattern).Of(token));

    [Theory]
    [InlineData("mini:{token}", "")]
    [InlineData("mini:{token}", "user17")]
    [InlineData("mini:{token}", "wx:user:00000000017")]
    [InlineData("mini:{token}", "0123456789abcde ")]
    [InlineData("mini:{token}", "0123456789abcdeé")]
    [InlineData("mini:{token}", "0123456789abcde\n")]
    [InlineData("mini:{token}", "{token}{token}{token}")]
    [InlineData("{token}", "0123456789abcdef")]
    [InlineData("{token}", "think:cache:0123456789abcdef01234567")]
    [InlineData("{token}", "user_session_of_00000000000000000017")]
    public void Of_WhatIsNoSessionToken_IsNoKey(string pattern, string token) => Assert.Null(new SessionKeys(pattern).Of(token));

    [Fact]
    public void Of_ATokenThatIsTooLong_IsNoKey() => Assert.Null(new SessionKeys("mini:{token}").Of(new string('x', SessionKeys.LongestToken + 1)));

    [Theory]
    [InlineData("mini:")]
    [InlineData("{token}:{token}")]
    public void SessionKeys_APatternWithoutOneToken_IsRefused(string pattern) => Assert.Throws<ArgumentException>(() => new SessionKeys(pattern));
}
