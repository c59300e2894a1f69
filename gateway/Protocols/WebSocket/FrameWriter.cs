using System.Buffers;
using System.Buffers.Binary;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>Frames to a client: always whole, never masked.</summary>
internal static class FrameWriter
{
    /// <summary>Longest header that we write.</summary>
    public const int MaxHeader = 10;

    private const int LargestInOnePiece = 16 * 1024;
    private const byte Fin = 0x80;
    private const byte Rsv1 = 0x40;

    /// <summary>Encodes a whole frame.</summary>
    public static void Write(IBufferWriter<byte> output, Opcode opcode, ReadOnlySpan<byte> payload, bool compressed = false)
    {
        if (payload.Length > LargestInOnePiece)
        {
            // Asked for in one piece, a payload a little over a power of two would take twice its memory while it waits.
            output.Advance(WriteHeader(output.GetSpan(MaxHeader), opcode, payload.Length, compressed));
            output.Write(payload);
            return;
        }

        var target = output.GetSpan(MaxHeader + payload.Length);
        var header = WriteHeader(target, opcode, payload.Length, compressed);
        payload.CopyTo(target[header..]);
        output.Advance(header + payload.Length);
    }

    /// <summary>Encodes the header alone, with the shortest form of the length.</summary>
    /// <returns>Its size.</returns>
    public static int WriteHeader(Span<byte> target, Opcode opcode, int length, bool compressed = false)
    {
        target[0] = (byte)(Fin | (compressed ? Rsv1 : 0) | (byte)opcode);
        if (length <= FrameHeader.MaxControlPayload)
        {
            target[1] = (byte)length;
            return 2;
        }

        if (length <= ushort.MaxValue)
        {
            target[1] = 126;
            BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)length);
            return 4;
        }

        target[1] = 127;
        BinaryPrimitives.WriteUInt64BigEndian(target[2..], (ulong)length);
        return MaxHeader;
    }
}
