using Portico.Contracts.Ids;

namespace Portico.Contracts.Tests.Ids;

public sealed class UserIdsTests
{
    [Theory]
    [InlineData("U_1")]
    [InlineData("1")]
    [InlineData("00")]
    [InlineData("张三")]
    [InlineData("\ud83d\ude00")]
    [InlineData("a@b.example:1/2?x=y")]
    public void IsValid_OrdinaryNames_AreTaken(string uid) => Assert.True(UserIds.IsValid(uid));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData(" ")]
    [InlineData("U_1 ")]
    [InlineData(" U_1")]
    [InlineData("U_1\t")]
    [InlineData("U_1\n")]
    [InlineData("U_1\0")]
    [InlineData("U\u00a01")]
    [InlineData("U\u30001")]
    [InlineData("U_1\u0085")]
    public void IsValid_WhatNoColumnOrGatewayKeeps_IsNot(string? uid) => Assert.False(UserIds.IsValid(uid));

    // Attributes cannot hold them.
    [Fact]
    public void IsValid_HalfSurrogates_AreNot()
    {
        Assert.False(UserIds.IsValid("\ud83d"));
        Assert.False(UserIds.IsValid("a\ud83d"));
        Assert.False(UserIds.IsValid("\ude00\ud83d"));
    }

    [Fact]
    public void IsValid_Length_128CharactersAtMost()
    {
        Assert.True(UserIds.IsValid(new string('a', UserIds.Longest)));
        Assert.False(UserIds.IsValid(new string('a', UserIds.Longest + 1)));
    }
}
