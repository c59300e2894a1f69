using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.BusinessWorker.Dispatch;

/// <summary>One event, able to wait in a lane: its memory belongs to a held block.</summary>
internal readonly struct ClientEvent
{
    public required ulong Sequence { get; init; }

    public required EventKind Kind { get; init; }

    public required uint Connection { get; init; }

    public required ulong Number { get; init; }

    public required bool Binary { get; init; }

    public required bool Redelivered { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    public required bool HasState { get; init; }

    public required ReadOnlyMemory<byte> State { get; init; }

    /// <summary>What had been posted when the state was asked for; 0 where the gateway keeps that order itself.</summary>
    public ulong AsOf { get; init; }

    public required uint CloseCode { get; init; }

    public required ReadOnlyMemory<byte> CloseReason { get; init; }

    /// <summary>Where the memory is from; another one than the message's for a body that came in parts.</summary>
    public required ReceivedBlock Block { get; init; }

    /// <summary>From a view of <paramref name="message"/>, which is the memory of <paramref name="block"/>.</summary>
    public static ClientEvent From(ulong sequence, scoped in EventView view, ReadOnlyMemory<byte> message, ReceivedBlock block) => new()
    {
        Sequence = sequence,
        Kind = view.Kind,
        Connection = view.Connection,
        Number = view.Number,
        Binary = view.Binary,
        Redelivered = view.Redelivered,
        Body = Locate(message, view.Body),
        HasState = view.HasState,
        State = Locate(message, view.State),
        CloseCode = view.CloseCode,
        CloseReason = Locate(message, view.CloseReason),
        Block = block,
    };

    /// <summary>The same with a body whose first pieces came before; all its bytes move into <paramref name="own"/>.</summary>
    public static ClientEvent Join(ulong sequence, scoped in EventView view, ReadOnlySpan<byte> parts, ReceivedBlock own)
    {
        var bodyLength = parts.Length + view.Body.Length;
        var room = own.Fill(bodyLength + view.State.Length + view.CloseReason.Length);
        parts.CopyTo(room);
        view.Body.CopyTo(room[parts.Length..]);
        view.State.CopyTo(room[bodyLength..]);
        view.CloseReason.CopyTo(room[(bodyLength + view.State.Length)..]);
        return new ClientEvent
        {
            Sequence = sequence,
            Kind = view.Kind,
            Connection = view.Connection,
            Number = view.Number,
            Binary = view.Binary,
            Redelivered = view.Redelivered,
            Body = own.Memory[..bodyLength],
            HasState = view.HasState,
            State = own.Memory.Slice(bodyLength, view.State.Length),
            CloseCode = view.CloseCode,
            CloseReason = own.Memory[(bodyLength + view.State.Length)..],
            Block = own,
        };
    }

    // The view is a part of the message; awaiting callbacks need it as memory.
    private static ReadOnlyMemory<byte> Locate(ReadOnlyMemory<byte> message, ReadOnlySpan<byte> part)
    {
        if (part.IsEmpty)
        {
            return default;
        }

        _ = message.Span.Overlaps(part, out var offset);
        return message.Slice(offset, part.Length);
    }
}
