using System.Text;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Connections;
using Portico.Gateway.Tests.Connections;
using static Portico.Gateway.Tests.Connections.LoopHarness;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Gateway.Tests.Commands;

public sealed class LoopCommandsTests
{
    private readonly LoopHarness _loop = new() { Limits = new ClientLimits { GroupsPerClient = 3, NameBytes = 20, SessionBytes = 100 } };
    private readonly LoopCommands _commands;

    public LoopCommandsTests() => _commands = new LoopCommands(_loop.Clients);

    private CommandOutcome Do(CommandKind kind, ClientConnection? client = null, string? name = null, string body = "", CommandResult? rows = null, bool only = false) =>
        _commands.Execute(
            new CommandView
            {
                Kind = kind,
                Id = 1,
                Connection = client?.Id ?? 0,
                Name = name is null ? default : Encoding.UTF8.GetBytes(name),
                Body = Encoding.UTF8.GetBytes(body),
                OnlyIfUnbound = only,
            },
            rows);

    private CommandOutcome Send(CommandKind kind, string body, string[]? names = null, uint[]? exclude = null, uint[]? connections = null) =>
        _commands.Execute(
            new CommandView
            {
                Kind = kind,
                Id = 1,
                Names = names,
                Body = Encoding.UTF8.GetBytes(body),
                Exclude = exclude,
                Connections = connections,
                OnlyConnections = connections is not null,
            },
            null);

    [Fact]
    public void SendToClient_DeliversOrSaysThatThereIsNone()
    {
        var client = _loop.Text();

        var sent = Do(CommandKind.SendToClient, client, body: "hi");
        var unknown = _commands.Execute(new CommandView { Kind = CommandKind.SendToClient, Connection = 9999 }, null);
        _loop.Turn();

        Assert.Equal((CommandStatus.Delivered, 1u), (sent.Status, sent.Delivered));
        Assert.Equal(CommandStatus.NoSuchClient, unknown.Status);
        Assert.Equal("hi\n", Sent(client));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(30)]
    public void Sends_SocketsWithoutTheirHandshake_AreNotCountedAndGetTheMessageLater(int few)
    {
        var open = Enumerable.Range(0, few).Select(_ => _loop.WebSocket()).ToList();
        var silent = Enumerable.Range(0, few).Select(_ => _loop.Raw()).ToList();
        foreach (var client in open.Concat(silent))
        {
            Do(CommandKind.JoinGroup, client, "g");
        }

        Do(CommandKind.BindUid, open[0], "u");
        Do(CommandKind.BindUid, silent[0], "u");
        var late = silent[1];

        Assert.Equal((uint)few, Do(CommandKind.SendToAll, body: "all").Delivered);
        Assert.Equal((uint)few - 1, Send(CommandKind.SendToAll, "but one", exclude: [open[0].Id]).Delivered);
        Assert.Equal((uint)few, Do(CommandKind.SendToGroup, name: "g", body: "group").Delivered);
        Assert.Equal(1u, Do(CommandKind.SendToUid, name: "u", body: "uid").Delivered);
        Assert.Equal(0u, Do(CommandKind.SendToClient, late, body: "one").Delivered);
        Assert.Equal(1u, Send(CommandKind.SendToAll, "two", connections: [open[0].Id, late.Id]).Delivered);

        late.OnBytes(Handshake());
        silent[0].Close(Portico.Contracts.Results.CloseReason.Kicked);
        _loop.Turn();
        var sent = Sent(late);
        Assert.All((string[])["all", "but one", "group", "one", "two"], text => Assert.Contains(text, sent, StringComparison.Ordinal));
        Assert.Equal((uint)few + 1, Do(CommandKind.SendToAll, body: "again").Delivered);
        Assert.Equal(few - 2, _loop.Clients.Opening);
    }

    [Fact]
    public void SendToUid_ListedTwice_IsSentTwice()
    {
        var (one, two) = (_loop.Text(), _loop.Text());
        Do(CommandKind.BindUid, one, "u");
        Do(CommandKind.BindUid, two, "u");

        var outcome = Send(CommandKind.SendToUid, "x", ["u", "nobody", "u"]);
        _loop.Turn();

        Assert.Equal(4u, outcome.Delivered);
        Assert.Equal("x\nx\n", Sent(one));
        Assert.Equal("x\nx\n", Sent(two));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(500)]
    public void SendToGroup_MemberOfTwoListedGroups_GetsTwoAndTheExcludedNone(int size)
    {
        var clients = Enumerable.Range(0, size).Select(_ => _loop.Text()).ToArray();
        foreach (var client in clients)
        {
            Do(CommandKind.JoinGroup, client, "a");
            Do(CommandKind.JoinGroup, client, "b");
        }

        var outcome = Send(CommandKind.SendToGroup, "x", ["a", "b"], [clients[1].Id, 77777]);
        _loop.Turn();

        Assert.Equal((uint)(size - 1) * 2, outcome.Delivered);
        Assert.Equal("x\nx\n", Sent(clients[0]));
        Assert.Equal("", Sent(clients[1]));
    }

    [Fact]
    public void SendToAll_OnlyConnections_CountsEvenWhenEmpty()
    {
        var (one, two) = (_loop.Text(), _loop.Text());

        Assert.Equal(0u, Send(CommandKind.SendToAll, "x", connections: []).Delivered);
        Assert.Equal(2u, Send(CommandKind.SendToAll, "y", connections: [two.Id, 12345, two.Id]).Delivered);
        Assert.Equal(2u, Send(CommandKind.SendToAll, "z").Delivered);
        _loop.Turn();

        Assert.Equal("z\n", Sent(one));
        Assert.Equal("y\ny\nz\n", Sent(two));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    public void Names_ThatPhpTakesForEmpty_AreRefused(string name)
    {
        var client = _loop.Text();

        Assert.Equal(CommandStatus.Refused, Do(CommandKind.BindUid, client, name).Status);
        Assert.Equal(CommandStatus.Refused, Do(CommandKind.JoinGroup, client, name).Status);
    }

    [Fact]
    public void BindUid_NewUid_ReplacesTheOldAndOnlyIfUnboundRefuses()
    {
        var client = _loop.Text();

        Assert.Equal(1u, Do(CommandKind.BindUid, client, "a").Delivered);
        Assert.Equal(0u, Do(CommandKind.BindUid, client, "a", only: true).Delivered);
        Assert.Equal(CommandStatus.Refused, Do(CommandKind.BindUid, client, "b", only: true).Status);
        Assert.Equal("a", client.Uid);
        Assert.Equal(1u, Do(CommandKind.BindUid, client, "b").Delivered);

        Assert.Null(_loop.Clients.Uids.Find("a"));
        Assert.Equal("b", client.Uid);
        Assert.Equal(0u, Do(CommandKind.UnbindUid, client, "a").Delivered);
        Assert.Equal(1u, Do(CommandKind.UnbindUid, client).Delivered);
        Assert.Null(client.Uid);
        Assert.Equal(0, _loop.Clients.Uids.Count);
    }

    [Fact]
    public void Names_EmptyTooLongOrTooMany_AreRefused()
    {
        var client = _loop.Text();

        Assert.Equal(CommandStatus.Refused, Do(CommandKind.BindUid, client, "").Status);
        Assert.Equal(CommandStatus.Refused, Do(CommandKind.JoinGroup, client, new string('x', 21)).Status);
        Do(CommandKind.JoinGroup, client, "1");
        Do(CommandKind.JoinGroup, client, "2");
        Do(CommandKind.JoinGroup, client, "3");
        Assert.Equal(CommandStatus.Refused, Do(CommandKind.JoinGroup, client, "4").Status);
        Assert.Equal(CommandStatus.Delivered, Do(CommandKind.JoinGroup, client, "3").Status);
        Assert.Equal(3, client.GroupCount);
    }

    [Fact]
    public void Groups_VanishWhenEmptyAndUngroupEmptiesThem()
    {
        var (one, two) = (_loop.Text(), _loop.Text());
        Do(CommandKind.JoinGroup, one, "g");
        Do(CommandKind.JoinGroup, two, "g");
        Do(CommandKind.JoinGroup, two, "h");

        Assert.Equal(2u, Do(CommandKind.Ungroup, name: "g").Delivered);
        Assert.Equal(0u, Do(CommandKind.LeaveGroup, one, "g").Delivered);
        Assert.Equal(1u, Do(CommandKind.LeaveGroup, two, "h").Delivered);

        Assert.Equal(0, _loop.Clients.Groups.Count);
        Assert.True(one.EverInGroup);
    }

    [Fact]
    public void Session_SetUpdateGet()
    {
        var client = _loop.Text();
        var rows = new CommandResult();

        Do(CommandKind.SetSession, client, body: "a:1:{s:1:\"a\";i:1;}");
        Do(CommandKind.UpdateSession, client, body: "a:1:{s:1:\"b\";i:2;}");
        Do(CommandKind.GetSession, client, rows: rows);

        Assert.Equal("a:2:{s:1:\"a\";i:1;s:1:\"b\";i:2;}", rows.Clients[0].Session.ToStringUtf8());
        Assert.Equal(2u, client.SessionVersion);
        Assert.Equal(CommandStatus.Refused, Do(CommandKind.UpdateSession, client, body: "nonsense").Status);
        Assert.Equal(CommandStatus.Refused, Do(CommandKind.SetSession, client, body: new string('x', 101)).Status);
        Assert.Equal(CommandStatus.Refused, Do(CommandKind.SetSession, client, body: "i:5;").Status);
        Assert.Equal(1u, Do(CommandKind.SetSession, client).Delivered);
        Assert.True(client.Session.IsEmpty);
        Assert.Equal(CommandStatus.NoSuchClient, _commands.Execute(new CommandView { Kind = CommandKind.GetSession, Connection = 1 }, rows).Status);
    }

    [Fact]
    public void CloseClient_WithBody_SendsItFirst()
    {
        var (with, empty, without) = (_loop.Text(), _loop.Text(), _loop.Text());

        _commands.Execute(new CommandView { Kind = CommandKind.CloseClient, Connection = with.Id, HasBody = true, Body = "bye"u8, CloseCode = 4321 }, null);
        _commands.Execute(new CommandView { Kind = CommandKind.CloseClient, Connection = empty.Id, HasBody = true }, null);
        _commands.Execute(new CommandView { Kind = CommandKind.CloseClient, Connection = without.Id }, null);
        _loop.Turn();

        Assert.Equal(("bye\n", "\n", ""), (Sent(with), Sent(empty), Sent(without)));
        Assert.Contains($"{with.Id} close 4321", _loop.Events.Lines);
        Assert.Equal(
            CommandStatus.Refused,
            _commands.Execute(new CommandView { Kind = CommandKind.CloseClient, Connection = _loop.Text().Id, CloseCode = 1006 }, null).Status);
    }

    [Fact]
    public void CloseUid_ClosesEveryClientOfTheUid()
    {
        var clients = Enumerable.Range(0, 40).Select(_ => _loop.Text()).ToArray();
        Array.ForEach(clients[..30], client => Do(CommandKind.BindUid, client, "u"));

        Assert.Equal(30u, Do(CommandKind.CloseUid, name: "u").Delivered);
        _loop.Turn();

        Assert.Equal(10, _loop.Clients.Table.Count);
        Assert.Equal(0, _loop.Clients.Uids.Count);
        Assert.Equal("u", clients[0].Uid);
    }

    [Fact]
    public void Queries_CountAndList()
    {
        var (one, two, three) = (_loop.Text(), _loop.Text(), _loop.Text());
        Do(CommandKind.BindUid, one, "u");
        Do(CommandKind.BindUid, two, "u");
        Do(CommandKind.BindUid, three, "v");
        Do(CommandKind.JoinGroup, three, "g");
        var byUid = new CommandResult();
        var groups = new CommandResult();

        Assert.Equal(1u, Do(CommandKind.IsOnline, one).Count);
        Assert.Equal(3u, Do(CommandKind.CountClients).Count);
        Assert.Equal(1u, Do(CommandKind.CountClients, name: "g").Count);
        Assert.Equal(2u, Do(CommandKind.CountUids).Count);
        Assert.Equal(2u, Do(CommandKind.ClientsByUid, name: "u", rows: byUid).Count);
        Assert.Equal([one.Id, two.Id], byUid.Counts[0].Connections);
        Assert.Equal(1u, Do(CommandKind.ListGroups, rows: groups).Count);
        Assert.Equal(("g", 1u), (groups.Counts[0].Name, groups.Counts[0].Count));
    }

    [Fact]
    public void Select_IsAUnionInTheOrderOfItsLists()
    {
        var (one, two, three) = (_loop.Text(), _loop.Text(), _loop.Text());
        Do(CommandKind.JoinGroup, two, "g");
        Do(CommandKind.JoinGroup, one, "g");
        Do(CommandKind.BindUid, three, "u");
        Do(CommandKind.BindUid, one, "u");
        Do(CommandKind.JoinGroup, three, "x");
        Do(CommandKind.LeaveGroup, three, "x");
        var rows = new CommandResult();
        var select = new Select { Uid = true, Groups = true, Session = true, InGroups = { "g" }, WithUids = { "u" }, Connections = { two.Id, 5 } };

        _commands.Execute(new CommandView { Kind = CommandKind.Select, Id = 1, Select = select }, rows);

        Assert.Equal([two.Id, one.Id, three.Id], rows.Clients.Select(row => row.Connection));
        Assert.False(rows.Clients[0].HasUid);
        Assert.Equal("u", rows.Clients[1].Uid);
        Assert.Equal(["g"], rows.Clients[1].Groups);
        Assert.True(rows.Clients[2].EverInGroup);
        Assert.Empty(rows.Clients[2].Groups);
        rows = new CommandResult();
        _commands.Execute(new CommandView { Kind = CommandKind.Select, Id = 1, Select = new Select { All = true } }, rows);
        Assert.Equal([one.Id, two.Id, three.Id], rows.Clients.Select(row => row.Connection));
    }

    [Fact]
    public void Execute_UnknownKind_IsRefused() =>
        Assert.Equal(CommandStatus.Refused, _commands.Execute(new CommandView { Kind = (CommandKind)99 }, null).Status);
}
