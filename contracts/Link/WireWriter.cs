using System.Buffers.Binary;
using System.Text;

namespace Portico.Contracts.Link;

/// <summary>
/// Writes fields one after the other into a span whose length was computed before. Numbers that are 0 and bytes that are empty are left out, as
/// proto3 does.
/// </summary>
internal ref struct WireWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Bytes written.</summary>
    public int Position { get; private set; }

    public void Number(byte tag, ulong value)
    {
        if (value != 0)
        {
            _destination[Position++] = tag;
            Position += Varint.Write(_destination[Position..], value);
        }
    }

    public void LongTagNumber(ushort tag, ulong value)
    {
        if (value != 0)
        {
            Tag(tag);
            Position += Varint.Write(_destination[Position..], value);
        }
    }

    public void Fixed64(byte tag, ulong value)
    {
        if (value != 0)
        {
            _destination[Position++] = tag;
            BinaryPrimitives.WriteUInt64LittleEndian(_destination[Position..], value);
            Position += sizeof(ulong);
        }
    }

    /// <summary>Bytes, left out when empty.</summary>
    public void Bytes(ushort tag, scoped ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            AlwaysBytes(tag, value);
        }
    }

    /// <summary>Bytes of a field with presence.</summary>
    public void AlwaysBytes(ushort tag, scoped ReadOnlySpan<byte> value) => value.CopyTo(Reserve(tag, value.Length));

    /// <summary>One string of a repeated field.</summary>
    public void Text(ushort tag, string value, int byteCount) => _ = Encoding.UTF8.GetBytes(value, Reserve(tag, byteCount));

    /// <summary>Tag, length, and the room for the content, which the caller fills.</summary>
    public Span<byte> Reserve(ushort tag, int length)
    {
        Tag(tag);
        Position += Varint.Write(_destination[Position..], (uint)length);
        var room = _destination.Slice(Position, length);
        Position += length;
        return room;
    }

    /// <summary>A packed list of numbers, left out when empty.</summary>
    public void Packed(ushort tag, scoped ReadOnlySpan<uint> values)
    {
        if (values.IsEmpty)
        {
            return;
        }

        var room = Reserve(tag, PackedSize(values));
        var at = 0;
        foreach (var value in values)
        {
            at += Varint.Write(room[at..], value);
        }
    }

    public static int PackedSize(scoped ReadOnlySpan<uint> values)
    {
        var size = 0;
        foreach (var value in values)
        {
            size += Varint.Size(value);
        }

        return size;
    }

    private void Tag(ushort tag) => Position += Varint.Write(_destination[Position..], tag);
}
