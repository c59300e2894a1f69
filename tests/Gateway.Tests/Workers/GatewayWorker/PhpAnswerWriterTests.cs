using System.Buffers;
using System.Text;
using Google.Protobuf;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Workers.GatewayWorker;

namespace Portico.Gateway.Tests.Workers.GatewayWorker;

/// <summary>GatewayWorker protocol 4.2: the payloads captured from PHP's own gateway.</summary>
public sealed class PhpAnswerWriterTests
{
    private const string Session = "a:2:{s:1:\"v\";s:5:\"hello\";s:1:\"n\";i:1;}";

    [Fact]
    public void Write_Numbers_AreIntegers()
    {
        Assert.Equal("i:1;", Answer(PacketCommand.IsOnline, CommandOutcome.Counted(1), new CommandResult()));
        Assert.Equal("i:2;", Answer(PacketCommand.GetClientCountByGroup, CommandOutcome.Counted(2), new CommandResult()));
    }

    [Fact]
    public void Write_Session_GivesNullOrEmptyOrTheStoredBytes()
    {
        Assert.Equal("N;", Answer(PacketCommand.GetSessionByClientId, CommandOutcome.NoSuchClient, new CommandResult()));
        Assert.Equal("a:0:{}", Answer(PacketCommand.GetSessionByClientId, CommandOutcome.Counted(1), Rows(Row(1, ""))));
        Assert.Equal(Session, Answer(PacketCommand.GetSessionByClientId, CommandOutcome.Counted(1), Rows(Row(1, Session))));
    }

    [Fact]
    public void Write_Sessions_AreStringsByConnection()
    {
        Assert.Equal(
            $"a:3:{{i:1;s:38:\"{Session}\";i:2;s:0:\"\";i:3;s:0:\"\";}}",
            Answer(PacketCommand.GetAllClientSessions, CommandOutcome.Counted(3), Rows(Row(1, Session), Row(2, ""), Row(3, ""))));
    }

    [Fact]
    public void Write_ClientsByUid_AreLists()
    {
        var one = new CommandResult { Counts = { new NamedCount { Name = "x", Count = 1, Connections = { 1 } } } };
        var batch = new CommandResult
        {
            Counts =
            {
                new NamedCount { Name = "123", Count = 1, Connections = { 1 } }, new NamedCount { Name = "bob", Count = 1, Connections = { 2 } },
                new NamedCount { Name = "nope" }, new NamedCount { Name = "bob", Count = 1, Connections = { 2 } },
            },
        };

        Assert.Equal("a:1:{i:0;i:1;}", Answer(PacketCommand.GetClientIdByUid, CommandOutcome.Counted(1), one));
        Assert.Equal("a:0:{}", Answer(PacketCommand.GetClientIdByUid, CommandOutcome.Counted(0), new CommandResult()));
        Assert.Equal(
            "a:3:{i:123;a:1:{i:0;i:1;}s:3:\"bob\";a:1:{i:0;i:2;}s:4:\"nope\";a:0:{}}",
            Answer(PacketCommand.BatchGetClientIdByUid, CommandOutcome.Counted(2), batch));
    }

    [Fact]
    public void Write_Groups_AreNumbersWhereTheyLookLikeThem()
    {
        var groups = new CommandResult { Counts = { new NamedCount { Name = "room1", Count = 2 }, new NamedCount { Name = "7", Count = 1 } } };

        Assert.Equal("a:2:{i:0;s:5:\"room1\";i:1;i:7;}", Answer(PacketCommand.GetGroupIdList, CommandOutcome.Counted(2), groups));
        Assert.Equal("a:2:{s:5:\"room1\";i:2;i:7;i:1;}", Answer(PacketCommand.BatchGetClientCountByGroup, CommandOutcome.Counted(3), groups));
    }

    [Fact]
    public void Write_Select_HasPhpsTypes()
    {
        var bound = new ClientRow { Connection = 1, Uid = "123", EverInGroup = true, Groups = { "room1", "7" } };
        var left = new ClientRow { Connection = 3, EverInGroup = true };

        Assert.Equal("a:1:{i:1;a:1:{s:3:\"uid\";s:3:\"123\";}}", Select(["uid"], bound));
        Assert.Equal("a:1:{i:3;a:2:{s:6:\"groups\";a:0:{}s:3:\"uid\";N;}}", Select(["groups", "uid"], left));
        Assert.Equal("a:1:{i:1;a:1:{s:6:\"groups\";a:2:{s:5:\"room1\";s:5:\"room1\";i:7;s:1:\"7\";}}}", Select(["groups"], bound));
        Assert.Equal("a:1:{i:9;a:2:{s:6:\"groups\";N;s:5:\"other\";N;}}", Select(["groups", "other"], new ClientRow { Connection = 9 }));
    }

    [Fact]
    public void Write_SelectOfEverybodysGroups_PutsCompleteClientsFirst()
    {
        var bare = new ClientRow { Connection = 1 };
        var grouped = new ClientRow { Connection = 2, EverInGroup = true, Groups = { "g" } };
        var complete = new ClientRow { Connection = 3, Uid = "u", EverInGroup = true, Groups = { "g" } };

        var answer = Select(["groups"], bare, grouped, complete);

        Assert.StartsWith("a:3:{i:3;", answer, StringComparison.Ordinal);
        Assert.True(answer.IndexOf("i:2;", StringComparison.Ordinal) < answer.IndexOf("i:1;a", StringComparison.Ordinal), answer);
    }

    private static ClientRow Row(uint connection, string session) => new() { Connection = connection, Session = ByteString.CopyFromUtf8(session) };

    private static CommandResult Rows(params ClientRow[] rows) => new() { Clients = { rows } };

    private static string Select(string[] fields, params ClientRow[] rows) =>
        Answer(new PhpQuestion(PacketCommand.Select, fields, true), CommandOutcome.Counted(rows.Length), Rows(rows));

    private static string Answer(PacketCommand command, CommandOutcome outcome, CommandResult rows) => Answer(new PhpQuestion(command), outcome, rows);

    private static string Answer(PhpQuestion query, CommandOutcome outcome, CommandResult rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        PhpAnswerWriter.Write(buffer, query, outcome, rows);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
