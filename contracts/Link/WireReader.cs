using System.Buffers.Binary;

namespace Portico.Contracts.Link;

/// <summary>
/// Walks the fields of one protobuf message in a span. Nothing is believed: what leaves the span, is not a number or is a group
/// (nobody sends those) sets <see cref="Malformed"/>, and the walk ends.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> message)
{
    private readonly ReadOnlySpan<byte> _message = message;
    private int _position;

    /// <summary>The bytes were not a message; set for good.</summary>
    public bool Malformed { get; private set; }

    /// <summary>There are bytes left to read.</summary>
    public readonly bool HasMore => !Malformed && _position < _message.Length;

    /// <summary>What was read makes no sense.</summary>
    public void Fail() => Malformed = true;

    /// <summary>The next field's tag; false at the end.</summary>
    public bool TryTag(out uint tag)
    {
        tag = 0;
        if (Malformed || _position >= _message.Length)
        {
            return false;
        }

        var first = _message[_position];
        if (first < 0x80)
        {
            _position++;
            tag = first;
        }
        else
        {
            var value = Number();
            if (value > uint.MaxValue)
            {
                Malformed = true;
                return false;
            }

            tag = (uint)value;
        }

        // Field 0 does not exist.
        Malformed |= tag < 8;
        return !Malformed;
    }

    /// <summary>A varint; 0 when there is none.</summary>
    public ulong Number()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && _position < _message.Length; shift += 7)
        {
            var piece = _message[_position++];
            value |= (ulong)(piece & 0x7F) << shift;
            if (piece < 0x80)
            {
                return value;
            }
        }

        Malformed = true;
        return 0;
    }

    /// <summary>A varint of a 32-bit field.</summary>
    public uint Number32() => unchecked((uint)Number());

    /// <summary>A varint of a yes or no.</summary>
    public bool Flag() => Number() != 0;

    /// <summary>Eight bytes.</summary>
    public ulong Fixed64()
    {
        var bytes = Take(sizeof(ulong));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
    }

    /// <summary>Bytes with their length before them.</summary>
    public ReadOnlySpan<byte> Bytes() => Take(Number());

    /// <summary>Passes over a field that the reader does not know.</summary>
    public void Skip(uint tag)
    {
        switch (tag & 7)
        {
            case 0:
                _ = Number();
                break;
            case 1:
                _ = Take(sizeof(ulong));
                break;
            case 2:
                _ = Bytes();
                break;
            case 5:
                _ = Take(sizeof(uint));
                break;
            default:
                Malformed = true;
                break;
        }
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (Malformed || length > (ulong)(_message.Length - _position))
        {
            Malformed = true;
            return default;
        }

        var bytes = _message.Slice(_position, (int)length);
        _position += (int)length;
        return bytes;
    }
}
