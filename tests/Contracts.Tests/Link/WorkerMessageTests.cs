using System.Text;
using Google.Protobuf;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Contracts.Tests.Link;

public sealed class WorkerMessageTests
{
    private const int Rounds = 400;

    [Fact]
    public void TryNextCommand_MessageOfTheGeneratedClass_ReadsTheSame()
    {
        var random = new RandomMessages(21);
        for (var round = 0; round < Rounds; round++)
        {
            var message = new WorkerMessage
            {
                Ack = new EventAck { Through = random.Long(), Ranges = { new SequenceRange { First = random.Long(), Last = random.Long() }, new SequenceRange { First = 8, Last = 9 } } },
                Parts = { random.Part() },
                Commands = { random.Command(), random.Command() },
                Leaving = random.Coin,
                Probed = random.Coin ? random.Long() : 0,
            };
            var bytes = random.Coin
                ? message.ToByteArray()
                : RandomMessages.Shuffled(
                    new WorkerMessage { Leaving = message.Leaving, Probed = message.Probed, Commands = { message.Commands[0] } }, new WorkerMessage { Parts = { message.Parts } },
                    new WorkerMessage { Ack = message.Ack }, new WorkerMessage { Commands = { message.Commands[1] } });

            Assert.Equal(message, Read(bytes));
        }
    }

    [Fact]
    public void AppendCommand_RandomCommands_GeneratedClassReadsTheSame()
    {
        var random = new RandomMessages(22);
        using var output = new LinkBuffer(16);
        for (var round = 0; round < Rounds; round++)
        {
            output.Clear();
            var expected = new WorkerMessage
            {
                Ack = new EventAck { Through = random.Long(), Ranges = { new SequenceRange { First = random.Long(), Last = random.Long() } } },
                Parts = { random.Part() },
                Commands = { random.Command(), random.Command() },
                Leaving = random.Coin,
                Probed = random.Coin ? random.Long() : 0,
            };
            CommandBatchWriter.AppendAck(output, expected.Ack.Through, [(expected.Ack.Ranges[0].First, expected.Ack.Ranges[0].Last)]);
            CommandBatchWriter.AppendPart(output, expected.Parts[0].Id, expected.Parts[0].Data.Span);
            Append(output, expected.Commands[0]);
            Append(output, expected.Commands[1]);
            if (expected.Probed != 0)
            {
                CommandBatchWriter.AppendProbed(output, expected.Probed);
            }

            if (expected.Leaving)
            {
                CommandBatchWriter.AppendLeaving(output);
            }

            Assert.Equal(expected, WorkerMessage.Parser.ParseFrom(output.WrittenSpan));
        }
    }

    [Theory]
    [InlineData(0u, 0, false)]
    [InlineData(1u, 128, true)]
    [InlineData(uint.MaxValue, 70_000, false)]
    public void AppendSendToClient_AnyBody_IsTheSameAsTheGeneralOne(uint connection, int length, bool binary)
    {
        using var fast = new LinkBuffer(16);
        using var general = new LinkBuffer(16);
        var body = new byte[length];

        CommandBatchWriter.AppendSendToClient(fast, connection, body, binary);
        CommandBatchWriter.AppendCommand(general, new CommandFields { Kind = CommandKind.SendToClient, Connection = connection, Body = body, Binary = binary });

        Assert.True(fast.WrittenSpan.SequenceEqual(general.WrittenSpan));
    }

    [Fact]
    public void CopyConnections_ListNotPacked_ReadsTheSame()
    {
        // Field 9 as single numbers, then packed: a reader takes both.
        byte[] encoded = [0x48, 5, 0x48, 0xAC, 0x02, 0x4A, 2, 7, 8];

        Assert.True(CommandFields.TryRead(encoded, out var fields));

        var numbers = new uint[fields.ConnectionCount];
        fields.CopyConnections(numbers);
        Assert.Equal([5u, 300u, 7u, 8u], numbers);
    }

    [Fact]
    public void TryReadExecute_RequestOfTheGeneratedClass_ReadsTheSame()
    {
        var random = new RandomMessages(23);
        var request = new ExecuteRequest { Parts = { random.Part() }, Commands = { random.Command(), random.Command(), random.Command() } };

        Assert.True(WorkerMessageReader.TryReadExecute(request.ToByteArray(), out var reader));

        var read = new ExecuteRequest();
        while (reader.TryNextPart(out var id, out var data))
        {
            read.Parts.Add(new BodyPart { Id = id, Data = ByteString.CopyFrom(data) });
        }

        while (reader.TryNextCommand(out var fields))
        {
            read.Commands.Add(Generated(fields));
        }

        Assert.Equal(request, read);
    }

    [Fact]
    public void TryRead_RandomAndDamagedBytes_EndsWithoutAnException()
    {
        var random = new RandomMessages(24);
        var noise = new Random(24);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = round % 2 == 0 ? random.Bytes(300).ToByteArray() : new WorkerMessage { Ack = new EventAck { Through = 8 }, Commands = { random.Command(), random.Command() } }.ToByteArray();
            for (var i = noise.Next(4); i > 0 && bytes.Length > 0; i--)
            {
                bytes[noise.Next(bytes.Length)] = (byte)noise.Next(256);
            }

            Drain(bytes);
        }
    }

    private static void Drain(ReadOnlySpan<byte> bytes)
    {
        _ = WorkerMessageReader.TryRead(bytes, out var reader);
        while (reader.TryNextRange(out _, out _))
        {
        }

        while (reader.TryNextPart(out _, out _))
        {
        }

        while (reader.TryNextCommand(out var fields))
        {
            fields.CopyNames(new string[fields.NameCount]);
            fields.CopyConnections(new uint[fields.ConnectionCount]);
            fields.CopyExclude(new uint[fields.ExcludeCount]);
        }
    }

    private static WorkerMessage Read(ReadOnlySpan<byte> bytes)
    {
        Assert.True(WorkerMessageReader.TryRead(bytes, out var reader));
        Assert.True(reader.HasAck);
        var message = new WorkerMessage { Ack = new EventAck { Through = reader.AckThrough }, Leaving = reader.Leaving, Probed = reader.Probed };
        while (reader.TryNextRange(out var first, out var last))
        {
            message.Ack.Ranges.Add(new SequenceRange { First = first, Last = last });
        }

        while (reader.TryNextPart(out var id, out var data))
        {
            message.Parts.Add(new BodyPart { Id = id, Data = ByteString.CopyFrom(data) });
        }

        while (reader.TryNextCommand(out var fields))
        {
            message.Commands.Add(Generated(fields));
        }

        Assert.False(reader.Malformed);
        return message;
    }

    private static Command Generated(CommandFields fields)
    {
        var command = new Command
        {
            Id = fields.Id,
            Kind = fields.Kind,
            Connection = fields.Connection,
            Body = ByteString.CopyFrom(fields.Body),
            Binary = fields.Binary,
            Raw = fields.Raw,
            BodyPart = fields.BodyPart,
            OnlyConnections = fields.OnlyConnections,
            HasBody = fields.HasBody,
            CloseCode = fields.CloseCode,
            CloseReason = Encoding.UTF8.GetString(fields.CloseReason),
            Subprotocol = Encoding.UTF8.GetString(fields.Subprotocol),
            ExceptSubprotocol = fields.ExceptSubprotocol,
            OnlyIfUnbound = fields.OnlyIfUnbound,
        };
        var names = new string[fields.NameCount];
        fields.CopyNames(names);
        command.Names.Add(names);
        Assert.True(names.Length == 0 || names[0] == Encoding.UTF8.GetString(fields.FirstName));
        var numbers = new uint[fields.ConnectionCount];
        fields.CopyConnections(numbers);
        command.Connections.Add(numbers);
        numbers = new uint[fields.ExcludeCount];
        fields.CopyExclude(numbers);
        command.Exclude.Add(numbers);
        command.Select = fields.HasSelect ? Select.Parser.ParseFrom(fields.Select) : null;
        return command;
    }

    private static void Append(LinkBuffer output, Command command) => CommandBatchWriter.AppendCommand(
        output,
        new CommandFields
        {
            Id = command.Id,
            Kind = command.Kind,
            Connection = command.Connection,
            Body = command.Body.Span,
            Binary = command.Binary,
            Raw = command.Raw,
            BodyPart = command.BodyPart,
            OnlyConnections = command.OnlyConnections,
            HasBody = command.HasBody,
            CloseCode = command.CloseCode,
            CloseReason = Encoding.UTF8.GetBytes(command.CloseReason),
            Subprotocol = Encoding.UTF8.GetBytes(command.Subprotocol),
            ExceptSubprotocol = command.ExceptSubprotocol,
            OnlyIfUnbound = command.OnlyIfUnbound,
            HasSelect = command.Select is not null,
            Select = command.Select is null ? default : command.Select.ToByteArray(),
        },
        command.Names.ToArray(), command.Connections.ToArray(), command.Exclude.ToArray());
}
