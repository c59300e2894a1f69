using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Portico.Contracts.Rpc;

/// <summary>
/// Messages on a stream: a byte of flags (0, or 1 for compressed, which is not spoken here), the length in four bytes, big-endian,
/// then the message. Public for the hot paths, which read and write their messages by hand.
/// </summary>
public static class RpcFraming
{
    /// <summary>Bytes before each message.</summary>
    public const int PrefixLength = 5;

    /// <summary>Default ceiling of one message in bytes, which is also that of the official libraries.</summary>
    public const int DefaultMaxMessageSize = 4 * 1024 * 1024;

    /// <summary>Writes the prefix of a message of <paramref name="length"/> bytes into the first five bytes.</summary>
    public static void WritePrefix(Span<byte> destination, int length)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(destination[1..], length);
    }

    /// <summary>Writes the prefix of a message of <paramref name="length"/> bytes.</summary>
    public static void WritePrefix(IBufferWriter<byte> destination, int length)
    {
        WritePrefix(destination.GetSpan(PrefixLength), length);
        destination.Advance(PrefixLength);
    }

    /// <summary>Writes prefix and message.</summary>
    public static void WriteMessage(IBufferWriter<byte> destination, IMessage message)
    {
        var length = message.CalculateSize();
        WritePrefix(destination, length);
        if (length > 0)
        {
            message.WriteTo(destination);
        }
    }

    /// <summary>
    /// Takes the next whole message off the front of <paramref name="buffer"/>; false when more bytes are needed. The message is a
    /// view of the buffer: use it before the reader is advanced.
    /// </summary>
    /// <exception cref="RpcException">The message is over <paramref name="maxSize"/> (seen before it is received), or compressed.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, int maxSize, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (buffer.Length < PrefixLength)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixLength];
        if (buffer.FirstSpan.Length >= PrefixLength)
        {
            buffer.FirstSpan[..PrefixLength].CopyTo(prefix);
        }
        else
        {
            buffer.Slice(0, PrefixLength).CopyTo(prefix);
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (prefix[0] != 0 || length > (uint)maxSize)
        {
            throw Refusal(prefix[0], length, maxSize);
        }

        if (buffer.Length - PrefixLength < length)
        {
            return false;
        }

        message = buffer.Slice(PrefixLength, length);
        buffer = buffer.Slice(message.End);
        return true;
    }

    private static RpcException Refusal(byte flags, uint length, int maxSize) => flags switch
    {
        0 => new(RpcStatusCode.ResourceExhausted, $"a message of {length} bytes is over the limit of {maxSize}"),
        1 => new(RpcStatusCode.Unimplemented, "compressed messages are not spoken here"),
        _ => new(RpcStatusCode.Internal, "the prefix of a message is malformed"),
    };
}
