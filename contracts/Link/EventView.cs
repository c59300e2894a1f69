using Portico.Contracts.Protos.Gateway;

namespace Portico.Contracts.Link;

/// <summary>One event of the link (gateway.proto, Event) without an object: views of the bytes it was read from, or is to be written from.</summary>
public ref struct EventView
{
    /// <summary>What happened.</summary>
    public EventKind Kind { get; set; }

    /// <summary>Whose.</summary>
    public uint Connection { get; set; }

    /// <summary>Number among this connection's events; 0 for an adoption.</summary>
    public ulong Number { get; set; }

    /// <summary>The message, or its last piece when <see cref="BodyPart"/> is not 0.</summary>
    public ReadOnlySpan<byte> Body { get; set; }

    /// <summary>It came as a binary frame.</summary>
    public bool Binary { get; set; }

    /// <summary>Another worker may have handled it.</summary>
    public bool Redelivered { get; set; }

    /// <summary>Id of the pieces that come before <see cref="Body"/>; 0 for none.</summary>
    public ulong BodyPart { get; set; }

    /// <summary><see cref="State"/> is there.</summary>
    public bool HasState { get; set; }

    /// <summary>An encoded ClientState: see <see cref="ClientStateView"/>.</summary>
    public ReadOnlySpan<byte> State { get; set; }

    /// <summary>Close: the code.</summary>
    public uint CloseCode { get; set; }

    /// <summary>Close: the reason, UTF-8.</summary>
    public ReadOnlySpan<byte> CloseReason { get; set; }

    /// <summary>Reads an encoded Event; false when the bytes are not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> encoded, out EventView view)
    {
        view = default;
        var reader = new WireReader(encoded);
        while (reader.TryTag(out var tag))
        {
            switch (tag)
            {
                case LinkTags.EventKind:
                    view.Kind = (EventKind)(int)reader.Number();
                    break;
                case LinkTags.EventConnection:
                    view.Connection = reader.Number32();
                    break;
                case LinkTags.EventNumber:
                    view.Number = reader.Number();
                    break;
                case LinkTags.EventBody:
                    view.Body = reader.Bytes();
                    break;
                case LinkTags.EventBinary:
                    view.Binary = reader.Flag();
                    break;
                case LinkTags.EventRedelivered:
                    view.Redelivered = reader.Flag();
                    break;
                case LinkTags.EventBodyPart:
                    view.BodyPart = reader.Number();
                    break;
                case LinkTags.EventState:
                    view.State = reader.Bytes();
                    view.HasState = true;
                    break;
                case LinkTags.EventCloseCode:
                    view.CloseCode = reader.Number32();
                    break;
                case LinkTags.EventCloseReason:
                    view.CloseReason = reader.Bytes();
                    break;
                default:
                    reader.Skip(tag);
                    break;
            }
        }

        return !reader.Malformed;
    }

    /// <summary>Bytes of the encoded Event when its body has <paramref name="bodyLength"/> bytes.</summary>
    internal readonly int Measure(int bodyLength) =>
        LinkTags.SizeOf((uint)Kind) + LinkTags.SizeOf(Connection) + LinkTags.SizeOf(Number) + LinkTags.SizeOfBytes(bodyLength)
        + (Binary ? 2 : 0) + (Redelivered ? 2 : 0) + LinkTags.SizeOf(BodyPart)
        + (HasState ? 1 + Varint.SizeOfDelimited(State.Length) : 0)
        + LinkTags.SizeOf(CloseCode) + LinkTags.SizeOfBytes(CloseReason.Length);

    /// <summary>Writes the Event; gives the room for the body.</summary>
    internal readonly Span<byte> Write(Span<byte> destination, int bodyLength)
    {
        var writer = new WireWriter(destination);
        writer.Number(LinkTags.EventKind, (uint)Kind);
        writer.Number(LinkTags.EventConnection, Connection);
        writer.Number(LinkTags.EventNumber, Number);
        var body = bodyLength == 0 ? default : writer.Reserve(LinkTags.EventBody, bodyLength);
        writer.Number(LinkTags.EventBinary, Binary ? 1u : 0);
        writer.Number(LinkTags.EventRedelivered, Redelivered ? 1u : 0);
        writer.Number(LinkTags.EventBodyPart, BodyPart);
        if (HasState)
        {
            writer.AlwaysBytes(LinkTags.EventState, State);
        }

        writer.Number(LinkTags.EventCloseCode, CloseCode);
        writer.Bytes(LinkTags.EventCloseReason, CloseReason);
        return body;
    }
}
