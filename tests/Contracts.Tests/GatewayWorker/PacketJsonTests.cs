using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Contracts.Tests.GatewayWorker;

/// <summary>GatewayWorker protocol 2.5 (JSON details) and 2.7.</summary>
public sealed class PacketJsonTests
{
    private static readonly byte[][] Samples =
    [
        .. new[]
        {
            "{\"connections\":{\"1\":1,\"5\":5},\"exclude\":{\"3\":3},\"group\":[\"a\",7]}", "[\"a\",7,1.5,\"\\u5f20\"]",
            "{\"fields\":[\"session\",\"uid\"],\"where\":{\"groups\":[\"a\"],\"connection_id\":{\"1\":1}}}",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    [Theory]
    [InlineData("", false, "", "")]
    [InlineData("[]", false, "", "")]
    [InlineData("{\"connections\":{\"1\":1,\"5\":5}}", true, "1,5", "")]
    [InlineData("{\"connections\":[0,\"7\",\"07\",1.5,-1,5000000000]}", true, "0,7", "")]
    [InlineData("{\"connections\":[]}", true, "", "")]
    [InlineData("{\"connections\":null}", false, "", "")]
    [InlineData("{\"connections\":[[1],{\"a\":2},3]}", true, "3", "")]
    [InlineData("{\"exclude\":{\"3\":3,\"x\":9}}", false, "", "3")]
    [InlineData("{\"exclude\":[7,8]}", false, "", "0,1")]
    [InlineData("{\"exclude\":null}", false, "", "")]
    [InlineData("{\"connections\":[1]", false, "", "")]
    public void SendTargets_Json_IsReadAsPhpIterates(string json, bool only, string connections, string exclude)
    {
        var targets = SendTargets.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Equal(only, targets.OnlyConnections);
        Assert.Equal(connections, string.Join(',', targets.Connections));
        Assert.Equal(exclude, string.Join(',', targets.Exclude));
    }

    [Theory]
    [InlineData("[\"a\",7,\"7\",true,null,1.9]", "a|7|7|1||1")]
    [InlineData("{\"x\":\"a\",\"y\":\"b\"}", "a|b")]
    [InlineData("[[\"a\"],\"b\",{\"c\":\"d\"}]", "b")]
    [InlineData("\"abc\"", "")]
    [InlineData("", "")]
    [InlineData("[\"a\"", "")]
    public void NameList_Json_IsReadAsPhpIterates(string json, string names)
    {
        Assert.Equal(names, string.Join('|', NameList.Parse(Encoding.UTF8.GetBytes(json))));
    }

    [Fact]
    public void SendTargets_Composed_IsReadBack()
    {
        var all = SendTargets.Parse(SendTargets.ToAll([1, 5], true, []));
        var groups = SendTargets.Parse(SendTargets.ToGroups(["room", "7"], [3]));

        Assert.Equal("{\"connections\":{\"1\":1,\"5\":5}}", Encoding.UTF8.GetString(SendTargets.ToAll([1, 5], true, [])));
        Assert.Equal([1u, 5u], all.Connections);
        Assert.Equal("room|7", string.Join("|", groups.Groups));
        Assert.Equal([3u], groups.Exclude);
        Assert.Empty(SendTargets.ToAll([], false, []));
    }

    [Theory]
    [InlineData("{\"fields\":[\"uid\"],\"where\":[]}", "uid", true, "", "", "")]
    [InlineData("{\"fields\":[\"uid\",\"groups\"],\"where\":{}}", "uid,groups", true, "", "", "")]
    [InlineData("{\"fields\":[\"uid\"]}", "uid", true, "", "", "")]
    [InlineData("{\"fields\":[\"uid\"],\"where\":{\"connection_id\":[1,2]}}", "uid", false, "", "", "1,2")]
    [InlineData("{\"fields\":[\"uid\"],\"where\":{\"connection_id\":{\"1\":1}}}", "uid", false, "", "", "1")]
    [InlineData("{\"fields\":[\"session\"],\"where\":{\"groups\":[\"a\",7],\"uid\":[\"x\"]}}", "session", false, "a,7", "x", "")]
    [InlineData("{\"fields\":[\"uid\"],\"where\":{\"color\":[\"red\"]}}", "uid", false, "", "", "")]
    [InlineData("{\"fields\":[[\"uid\"],\"groups\"],\"where\":{\"uid\":[[1]]}}", "groups", false, "", "", "")]
    public void SelectQuery_Json_IsRead(string json, string fields, bool all, string groups, string uids, string connections)
    {
        Assert.True(SelectQuery.TryParse(Encoding.UTF8.GetBytes(json), out var query));

        Assert.Equal(fields, string.Join(',', query.Fields));
        Assert.Equal(all, query.All);
        Assert.Equal(groups, string.Join(',', query.Groups));
        Assert.Equal(uids, string.Join(',', query.Uids));
        Assert.Equal(connections, string.Join(',', query.Connections));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    [InlineData("{\"fields\":[\"uid\"]")]
    public void SelectQuery_NoQuery_IsRefused(string json)
    {
        Assert.False(SelectQuery.TryParse(Encoding.UTF8.GetBytes(json), out _));
    }

    [Fact]
    public void SelectQuery_Composed_IsReadBack()
    {
        var query = new SelectQuery { Fields = ["uid"], All = false, Groups = ["a"], Uids = ["7"], Connections = [4] };

        Assert.True(SelectQuery.TryParse(query.Compose(), out var read));

        Assert.Equal(["a"], read.Groups);
        Assert.Equal(["7"], read.Uids);
        Assert.Equal([4u], read.Connections);
        Assert.Equal("{\"fields\":[\"uid\"],\"where\":[]}", Encoding.UTF8.GetString(new SelectQuery { Fields = ["uid"] }.Compose()));
    }

    [Fact]
    public void Parse_MutatedJson_NeverThrows()
    {
        DecoderFuzz.Run(5, 40_000, Samples, "{}[]\",:\\u0159ed/", input =>
        {
            _ = SendTargets.Parse(input);
            _ = NameList.Parse(input);
            _ = SelectQuery.TryParse(input, out _);
            _ = PhpJson.TryDecode(input, out _);
        });
    }
}
