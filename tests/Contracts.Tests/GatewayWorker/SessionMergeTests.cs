using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Contracts.Tests.GatewayWorker;

/// <summary>GatewayWorker protocol 2.9: UPDATE_SESSION.</summary>
public sealed class SessionMergeTests
{
    private const int Limit = 65536;

    [Theory]
    [InlineData("", "a:1:{s:1:\"a\";i:1;}", "a:1:{s:1:\"a\";i:1;}")]
    [InlineData("a:0:{}", "a:1:{s:1:\"a\";i:1;}", "a:1:{s:1:\"a\";i:1;}")]
    [InlineData("a:3:{i:0;i:1;i:1;i:2;i:2;i:3;}", "a:1:{i:0;i:9;}", "a:3:{i:0;i:9;i:1;i:2;i:2;i:3;}")]
    [InlineData("a:2:{s:1:\"a\";i:1;s:1:\"b\";i:2;}", "a:2:{s:1:\"c\";i:3;s:1:\"a\";N;}", "a:3:{s:1:\"a\";N;s:1:\"b\";i:2;s:1:\"c\";i:3;}")]
    [InlineData("a:1:{s:1:\"a\";a:2:{s:1:\"x\";i:1;s:1:\"y\";i:2;}}", "a:1:{s:1:\"a\";a:1:{s:1:\"y\";i:5;}}", "a:1:{s:1:\"a\";a:2:{s:1:\"x\";i:1;s:1:\"y\";i:5;}}")]
    [InlineData("a:1:{s:1:\"a\";a:1:{i:0;i:1;}}", "a:1:{s:1:\"a\";s:1:\"x\";}", "a:1:{s:1:\"a\";s:1:\"x\";}")]
    [InlineData("a:2:{s:1:\"o\";O:8:\"stdClass\":1:{s:1:\"p\";i:1;}s:1:\"b\";i:2;}", "a:1:{s:1:\"b\";i:3;}", "a:2:{s:1:\"o\";O:8:\"stdClass\":1:{s:1:\"p\";i:1;}s:1:\"b\";i:3;}")]
    [InlineData("i:5;", "a:1:{s:1:\"a\";i:1;}", "a:1:{s:1:\"a\";i:1;}")]
    [InlineData("garbage", "a:1:{s:1:\"a\";i:1;}", "a:1:{s:1:\"a\";i:1;}")]
    public void TryMerge_Update_MergesAsPhpDoes(string stored, string update, string expected)
    {
        Assert.True(SessionMerge.TryMerge(Encoding.UTF8.GetBytes(stored), Encoding.UTF8.GetBytes(update), Limit, out var merged));

        Assert.Equal(expected, Encoding.UTF8.GetString(merged));
    }

    [Theory]
    [InlineData("")]
    [InlineData("i:5;")]
    [InlineData("a:1:{")]
    public void TryMerge_UpdateIsNoArray_ChangesNothing(string update)
    {
        Assert.False(SessionMerge.TryMerge("a:1:{i:0;i:1;}"u8, Encoding.UTF8.GetBytes(update), Limit, out _));
    }

    [Fact]
    public void TryMerge_SharedArrays_AreMergedEachOnItsOwn()
    {
        Assert.True(SessionMerge.TryMerge("a:2:{s:1:\"a\";a:1:{i:0;i:1;}s:1:\"b\";R:2;}"u8, "a:1:{s:1:\"a\";a:1:{i:0;i:9;}}"u8, Limit, out var merged));

        Assert.Equal("a:2:{s:1:\"a\";a:1:{i:0;i:9;}s:1:\"b\";a:1:{i:0;i:1;}}", Encoding.UTF8.GetString(merged));
    }

    [Fact]
    public void TryMerge_ResultOverTheLimit_ChangesNothing()
    {
        var stored = PhpSerialize.Serialize(new PhpArray { { "a", new string('x', 600) } });
        var update = PhpSerialize.Serialize(new PhpArray { { "b", new string('x', 600) } });

        Assert.False(SessionMerge.TryMerge(stored, update, 1000, out _));
    }
}
