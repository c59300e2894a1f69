using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Contracts.Tests.GatewayWorker;

public sealed class SessionDataTests
{
    [Fact]
    public void Indexer_EveryKind_ComesBackAsItWas()
    {
        var session = new SessionData
        {
            ["text"] = "张三",
            ["count"] = 3,
            ["ratio"] = 0.5,
            ["on"] = true,
            ["nothing"] = PhpValue.Null,
            ["list"] = new PhpArray { "a", 2L, new PhpArray { { "k", "v" } } },
        };

        var read = new SessionData(session.ToBytes());

        Assert.Equal("张三", read.GetString("text"));
        Assert.Equal(3, read.GetInt64("count"));
        Assert.Equal(0.5, read.GetDouble("ratio"));
        Assert.True(read.GetBoolean("on"));
        Assert.True(read.Contains("nothing"));
        Assert.Equal("v", read.GetArray("list")![2].AsArray()!["k"].AsString());
        Assert.Equal(6, read.Count);
    }

    [Fact]
    public void ToBytes_Unchanged_GivesTheSameBytes()
    {
        var bytes = Encoding.ASCII.GetBytes("a:1:{s:1:\"a\";d:1.50;}");
        var session = new SessionData(bytes);

        Assert.Equal(1.5, session.GetDouble("a"));

        Assert.False(session.IsModified);
        Assert.Equal(bytes, session.ToBytes().ToArray());
    }

    [Fact]
    public void ToBytes_LastKeyRemoved_IsEmpty()
    {
        var session = new SessionData(Encoding.ASCII.GetBytes("a:1:{s:1:\"a\";i:1;}"));

        Assert.True(session.Remove("a"));

        Assert.True(session.IsModified);
        Assert.True(session.ToBytes().IsEmpty);
    }

    [Fact]
    public void GetArray_CopyChanged_LeavesTheSessionAlone()
    {
        var session = new SessionData(Encoding.ASCII.GetBytes("a:1:{s:1:\"a\";a:1:{i:0;i:1;}}"));

        session.GetArray("a")!.Add(2L);

        Assert.Single(session.GetArray("a")!);
        Assert.False(session.IsModified);
    }

    [Theory]
    [InlineData("")]
    [InlineData("i:5;")]
    [InlineData("x|y")]
    public void Count_BytesAreNoArray_IsAnEmptySession(string bytes)
    {
        Assert.Equal(0, new SessionData(Encoding.ASCII.GetBytes(bytes)).Count);
    }
}
