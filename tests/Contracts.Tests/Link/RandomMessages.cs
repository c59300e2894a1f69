using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Contracts.Tests.Link;

/// <summary>Seeded random messages of the generated classes, the oracle of the hand-written readers and writers.</summary>
internal sealed class RandomMessages(int seed)
{
    private readonly Random _random = new(seed);

    public bool Coin => _random.Next(2) == 0;

    public int Below(int bound) => _random.Next(bound);

    public ByteString Bytes(int max)
    {
        var bytes = new byte[Coin ? 0 : _random.Next(max)];
        _random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    public string Text() => Coin ? "" : string.Concat(Enumerable.Repeat("ü字x", _random.Next(60)));

    public uint Number() => _random.Next(4) switch { 0 => 0, 1 => (uint)_random.Next(128), 2 => (uint)_random.Next(), _ => uint.MaxValue };

    public ulong Long() => Coin ? Number() : (ulong)_random.NextInt64() * 2;

    public EventBatch Batch()
    {
        var batch = new EventBatch { FirstSequence = Long() };
        for (var i = Below(6); i > 0; i--)
        {
            batch.Events.Add(Event());
        }

        return batch;
    }

    public Event Event()
    {
        var e = new Event
        {
            Kind = (EventKind)Below(6),
            Connection = Number(),
            Number = Long(),
            Body = Bytes(400),
            Binary = Coin,
            Redelivered = Coin,
            BodyPart = Long(),
            CloseCode = Number(),
            CloseReason = Text(),
        };
        if (Coin)
        {
            e.State = State();
        }

        return e;
    }

    public ClientState State()
    {
        var state = new ClientState();
        if (Coin)
        {
            state.Origin = new ClientOrigin
            {
                RemoteAddress = Text(),
                RemotePort = Number(),
                ListenerPort = Number(),
                Path = Text(),
                Subprotocol = Text(),
                Handshake = Bytes(900),
                Listener = Text(),
            };
        }

        if (Coin)
        {
            state.Session = Bytes(100);
        }

        if (Coin)
        {
            state.Uid = Text();
        }

        return state;
    }

    public Command Command()
    {
        var command = new Command
        {
            Id = Long(),
            Kind = (CommandKind)Below(39),
            Connection = Number(),
            Body = Bytes(300),
            Binary = Coin,
            Raw = Coin,
            BodyPart = Long(),
            OnlyConnections = Coin,
            HasBody = Coin,
            CloseCode = Number(),
            CloseReason = Text(),
            Subprotocol = Text(),
            ExceptSubprotocol = Coin,
            OnlyIfUnbound = Coin,
        };
        for (var i = Below(4); i > 0; i--)
        {
            command.Names.Add(Text());
            command.Connections.Add(Number());
            command.Exclude.Add(Number());
        }

        if (Coin)
        {
            command.Select = new Select { Session = Coin, All = Coin, WithUids = { Text() } };
        }

        return command;
    }

    public CommandResult Result(bool rows)
    {
        var result = new CommandResult { Id = Long(), Status = (CommandStatus)Below(5), Delivered = Number(), Count = Number(), More = Coin, Error = Text() };
        if (rows)
        {
            result.Clients.Add(new ClientRow { Connection = Number(), Session = Bytes(20) });
        }

        return result;
    }

    public BodyPart Part() => new() { Id = Long(), Data = Bytes(50) };

    /// <summary>The same message with its outer fields in another order and an unknown one between them.</summary>
    public static byte[] Shuffled(params IMessage[] piecesOfOneMessage)
    {
        var bytes = new List<byte>();
        foreach (var piece in piecesOfOneMessage)
        {
            bytes.AddRange(piece.ToByteArray());
            bytes.AddRange([0xF8, 0x3F, 0x05, 0xFA, 0x3F, 0x03, 1, 2, 3, 0xFD, 0x3F, 9, 9, 9, 9, 0xF9, 0x3F, 1, 2, 3, 4, 5, 6, 7, 8]);
        }

        return [.. bytes];
    }
}
