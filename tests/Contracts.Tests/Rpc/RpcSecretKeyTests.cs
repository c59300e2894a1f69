using Portico.Contracts.Rpc;

namespace Portico.Contracts.Tests.Rpc;

public sealed class RpcSecretKeyTests
{
    [Fact]
    public void Matches_WhileAKeyIsReplaced_TakesBothAndShowsTheFirst()
    {
        var key = new RpcSecretKey(["new key", "old key"]);

        Assert.Equal("new key", key.Own);
        Assert.False(key.IsOpen);
        Assert.All(["new key", "old key"], shown => Assert.True(key.MatchesText(shown)));
        Assert.All(["", "new key,old key", "old", null], shown => Assert.False(key.MatchesText(shown)));
    }

    [Fact]
    public void MatchesText_WithoutAKey_TakesTheEmptyOneOnlyAsPhpDoes()
    {
        Assert.True(RpcSecretKey.Open.MatchesText(""));
        Assert.False(RpcSecretKey.Open.MatchesText("some key"));
        Assert.False(RpcSecretKey.Open.MatchesText(null));
    }
}
