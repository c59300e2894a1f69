using Google.Protobuf;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Contracts.Tests.Link;

public sealed class GatewayMessageTests
{
    private const int Rounds = 400;

    [Fact]
    public void TryNextEvent_MessageOfTheGeneratedClass_ReadsTheSame()
    {
        var random = new RandomMessages(11);
        for (var round = 0; round < Rounds; round++)
        {
            var message = new GatewayMessage { Events = random.Batch(), Parts = { random.Part(), random.Part() }, Results = { random.Result(false), random.Result(true) }, Probe = random.Long() };
            var bytes = random.Coin
                ? message.ToByteArray()
                : RandomMessages.Shuffled(
                    new GatewayMessage { Results = { message.Results[0] }, Probe = message.Probe }, new GatewayMessage { Events = new EventBatch { Events = { message.Events.Events } } },
                    new GatewayMessage { Parts = { message.Parts } }, new GatewayMessage { Results = { message.Results[1] }, Events = new EventBatch { FirstSequence = message.Events.FirstSequence } });

            Assert.Equal(message, Read(bytes));
        }
    }

    [Fact]
    public void Append_RandomEvents_GeneratedClassReadsTheSame()
    {
        var random = new RandomMessages(12);
        using var batch = new EventBatchWriter(16);
        using var output = new LinkBuffer(16);
        for (var round = 0; round < Rounds; round++)
        {
            batch.Clear();
            output.Clear(64);
            var expected = new GatewayMessage { Events = random.Batch(), Parts = { random.Part() }, Results = { random.Result(false), random.Result(true) }, Probe = random.Coin ? random.Long() : 0 };
            GatewayMessageWriter.AppendPart(output, expected.Parts[0].Id, expected.Parts[0].Data.Span);
            foreach (var e in expected.Events.Events)
            {
                var place = Append(batch, e);

                Assert.Equal(e, Event.Parser.ParseFrom(batch.At(place)));
            }

            var before = output.Length;
            batch.WriteTo(output, expected.Events.FirstSequence);

            Assert.Equal(batch.MessageLength(expected.Events.FirstSequence), output.Length - before);

            ResultView.TryRead(expected.Results[0].ToByteArray(), out var result);
            GatewayMessageWriter.AppendResult(output, result);
            GatewayMessageWriter.AppendResult(output, expected.Results[1]);
            GatewayMessageWriter.AppendProbe(output, expected.Probe);

            Assert.Equal(expected, GatewayMessage.Parser.ParseFrom(output.WrittenSpan));
        }
    }

    [Fact]
    public void Append_BodyFilledByTheCaller_StandsInTheEvent()
    {
        using var batch = new EventBatchWriter();

        var place = batch.Append(new EventView { Kind = EventKind.Message, Connection = 7, Number = 3, Binary = true }, 200, out var body);
        body.Fill((byte)'x');

        var read = Event.Parser.ParseFrom(batch.At(place));
        Assert.Equal(new string('x', 200), read.Body.ToStringUtf8());
        Assert.True(read.Binary);
    }

    [Fact]
    public void AppendAgain_EventWithState_IsMarkedAndHasNone()
    {
        using var batch = new EventBatchWriter();
        var e = new Event { Kind = EventKind.Message, Connection = 9, Number = 4, Body = ByteString.CopyFromUtf8("hello"), State = new ClientState { Uid = "U_1" } };

        Assert.True(batch.AppendAgain(e.ToByteArray(), out var place));

        e.Redelivered = true;
        e.State = null;
        Assert.Equal(e, Event.Parser.ParseFrom(batch.At(place)));
        Assert.False(batch.AppendAgain([0x22, 0x50, 1], out _));
    }

    [Fact]
    public void TryRead_TruncatedAtEveryByte_NeverReadsPastTheEnd()
    {
        var random = new RandomMessages(13);
        var bytes = new GatewayMessage { Attached = new Attached { Address = "127.0.0.1:2900" }, Events = random.Batch(), Results = { random.Result(true) } }.ToByteArray();
        for (var length = 0; length < bytes.Length; length++)
        {
            // A message cut between two fields is one; only that it ends is asked here.
            Drain(bytes.AsSpan(0, length));
        }
    }

    [Fact]
    public void TryRead_RandomAndDamagedBytes_EndsWithoutAnException()
    {
        var random = new RandomMessages(14);
        var noise = new Random(14);
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = round % 2 == 0 ? random.Bytes(300).ToByteArray() : new GatewayMessage { Events = random.Batch(), Results = { random.Result(true) } }.ToByteArray();
            for (var i = noise.Next(4); i > 0 && bytes.Length > 0; i--)
            {
                bytes[noise.Next(bytes.Length)] = (byte)noise.Next(256);
            }

            Drain(bytes);
        }
    }

    [Theory]
    [InlineData("1A05")]
    [InlineData("00")]
    [InlineData("0B")]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFF01")]
    [InlineData("1AFFFFFFFFFFFFFFFFFF01")]
    [InlineData("1A03120822")]
    public void TryRead_Nonsense_IsMalformed(string hex)
    {
        var bytes = Convert.FromHexString(hex);

        var read = GatewayMessageReader.TryRead(bytes, out var reader);

        Assert.False(read);
        Assert.True(reader.Malformed);
    }

    private static void Drain(ReadOnlySpan<byte> bytes)
    {
        _ = GatewayMessageReader.TryRead(bytes, out var reader);
        while (reader.TryNextPart(out _, out _))
        {
        }

        while (reader.TryNextEvent(out var view))
        {
            _ = ClientStateView.TryRead(view.State, out _);
        }

        while (reader.TryNextResult(out _))
        {
        }
    }

    private static EventPlace Append(EventBatchWriter batch, Event e)
    {
        using var state = new LinkBuffer(16);
        if (e.State is not null)
        {
            Assert.True(ClientStateView.TryRead(e.State.ToByteArray(), out var read));
            read.WriteTo(state);
        }

        return batch.Append(new EventView
        {
            Kind = e.Kind,
            Connection = e.Connection,
            Number = e.Number,
            Body = e.Body.Span,
            Binary = e.Binary,
            Redelivered = e.Redelivered,
            BodyPart = e.BodyPart,
            HasState = e.State is not null,
            State = state.WrittenSpan,
            CloseCode = e.CloseCode,
            CloseReason = System.Text.Encoding.UTF8.GetBytes(e.CloseReason),
        });
    }

    private static GatewayMessage Read(ReadOnlySpan<byte> bytes)
    {
        Assert.True(GatewayMessageReader.TryRead(bytes, out var reader));
        var message = new GatewayMessage { Events = new EventBatch { FirstSequence = reader.FirstSequence }, Probe = reader.Probe };
        while (reader.TryNextPart(out var id, out var data))
        {
            message.Parts.Add(new BodyPart { Id = id, Data = ByteString.CopyFrom(data) });
        }

        while (reader.TryNextEvent(out var view))
        {
            message.Events.Events.Add(Generated(view));
        }

        while (reader.TryNextResult(out var result))
        {
            var whole = CommandResult.Parser.ParseFrom(result.Encoded);
            Assert.Equal(whole.Clients.Count > 0, result.HasRows);
            var flat = new CommandResult { Id = result.Id, Status = (CommandStatus)result.Status, Delivered = result.Delivered, Count = result.Count, More = result.More, Error = result.ErrorText() ?? "" };
            flat.Clients.Add(whole.Clients);
            message.Results.Add(flat);
        }

        Assert.False(reader.Malformed);
        Assert.Equal(message.Events.Events.Count, reader.EventCount);
        return message;
    }

    private static Event Generated(EventView view)
    {
        var e = new Event
        {
            Kind = view.Kind,
            Connection = view.Connection,
            Number = view.Number,
            Body = ByteString.CopyFrom(view.Body),
            Binary = view.Binary,
            Redelivered = view.Redelivered,
            BodyPart = view.BodyPart,
            CloseCode = view.CloseCode,
            CloseReason = System.Text.Encoding.UTF8.GetString(view.CloseReason),
        };
        if (view.HasState)
        {
            Assert.True(ClientStateView.TryRead(view.State, out var state));
            using var copy = new LinkBuffer(16);
            state.WriteTo(copy);
            e.State = ClientState.Parser.ParseFrom(copy.WrittenSpan);
            Assert.Equal(state.HasUid, e.State.HasUid);
            Assert.Equal(state.HasSession, e.State.HasSession);
        }

        return e;
    }
}
