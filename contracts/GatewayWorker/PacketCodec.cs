using System.Buffers;
using System.Buffers.Binary;

namespace Portico.Contracts.GatewayWorker;

/// <summary>Inner packets and the answers to queries, bytes to values and back (GatewayWorker protocol 2.1 and 2.2).</summary>
public static class PacketCodec
{
    /// <summary>Longest packet or answer; PHP peers drop the connection of a longer one.</summary>
    public const int MaxLength = 10 * 1024 * 1024;

    /// <summary>Bytes of the length in front of an answer.</summary>
    public const int ResponsePrefixLength = 4;

    /// <summary>Reads the packet that starts at the first byte.</summary>
    public static PacketStatus TryRead(ReadOnlySpan<byte> input, out Packet packet)
    {
        packet = default;
        var status = TryReadLength(input, out var length);
        if (status != PacketStatus.Complete || input.Length < PacketHeader.Length)
        {
            return status == PacketStatus.Invalid ? status : PacketStatus.Incomplete;
        }

        // The header alone may already show that the rest is not worth waiting for.
        var header = PacketHeader.Read(input, out _, out var extLength);
        if (extLength > (uint)(length - PacketHeader.Length))
        {
            return PacketStatus.Invalid;
        }

        if (input.Length < length)
        {
            return PacketStatus.Incomplete;
        }

        var ext = (int)extLength;
        packet = new Packet
        {
            Header = header,
            Ext = input.Slice(PacketHeader.Length, ext),
            Body = input[(PacketHeader.Length + ext)..length],
        };
        return PacketStatus.Complete;
    }

    /// <summary>Reads a packet's own length, header included.</summary>
    public static PacketStatus TryReadLength(ReadOnlySpan<byte> input, out int length)
    {
        length = 0;
        if (!BinaryPrimitives.TryReadUInt32BigEndian(input, out var announced))
        {
            return PacketStatus.Incomplete;
        }

        if (announced is < PacketHeader.Length or > MaxLength)
        {
            return PacketStatus.Invalid;
        }

        length = (int)announced;
        return PacketStatus.Complete;
    }

    /// <summary>Writes a packet.</summary>
    public static void Write(IBufferWriter<byte> destination, in PacketHeader header, ReadOnlySpan<byte> ext, ReadOnlySpan<byte> body)
    {
        header.Write(destination.GetSpan(PacketHeader.Length), ext.Length, body.Length);
        destination.Advance(PacketHeader.Length);
        destination.Write(ext);
        destination.Write(body);
    }

    /// <summary>Writes an answer: the length and the serialized value.</summary>
    public static void WriteResponse(IBufferWriter<byte> destination, ReadOnlySpan<byte> serialized)
    {
        BinaryPrimitives.WriteInt32BigEndian(destination.GetSpan(ResponsePrefixLength), serialized.Length);
        destination.Advance(ResponsePrefixLength);
        destination.Write(serialized);
    }

    /// <summary>Reads the answer that starts at the first byte; a length of 0 or over the limit is invalid.</summary>
    public static PacketStatus TryReadResponse(ReadOnlySpan<byte> input, out ReadOnlySpan<byte> serialized)
    {
        serialized = default;
        if (!BinaryPrimitives.TryReadUInt32BigEndian(input, out var length))
        {
            return PacketStatus.Incomplete;
        }

        if (length is 0 or > MaxLength)
        {
            return PacketStatus.Invalid;
        }

        if (input.Length - ResponsePrefixLength < length)
        {
            return PacketStatus.Incomplete;
        }

        serialized = input.Slice(ResponsePrefixLength, (int)length);
        return PacketStatus.Complete;
    }
}
