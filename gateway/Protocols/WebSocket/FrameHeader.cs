using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>The first bytes of a client's frame (RFC 6455 section 5.2), strictly read.</summary>
internal struct FrameHeader
{
    /// <summary>Longest header of a masked frame.</summary>
    public const int MaxSize = 14;

    /// <summary>Longest payload of a control frame.</summary>
    public const int MaxControlPayload = 125;

    private const int MaskSize = sizeof(uint);
    private const byte FinBit = 0x80;
    private const byte CompressedBit = 0x40;
    private const byte OtherReservedBits = 0x30;
    private const byte MaskBit = 0x80;
    private const byte ControlBit = 0x08;

    /// <summary>Its last frame, or the only one.</summary>
    public bool Fin;

    /// <summary>RSV1: with permessage-deflate, a compressed message begins.</summary>
    public bool Compressed;

    /// <summary>What it is; only known ones.</summary>
    public Opcode Opcode;

    /// <summary>Bytes of this header.</summary>
    public int Size;

    /// <summary>Bytes of payload that follow.</summary>
    public long PayloadLength;

    /// <summary>Masking key as it lies in memory.</summary>
    public uint Key;

    /// <summary>Close, ping or pong.</summary>
    public readonly bool IsControl => ((byte)Opcode & ControlBit) != 0;

    /// <summary>Reads a header from the start of <paramref name="input"/>.</summary>
    /// <param name="input">What came.</param>
    /// <param name="allowCompressed">permessage-deflate was negotiated.</param>
    /// <param name="header">The header, when it is whole.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static FrameStatus TryParse(ReadOnlySpan<byte> input, bool allowCompressed, out FrameHeader header, out CloseReason fault)
    {
        header = default;
        fault = default;
        if (input.Length < 2)
        {
            return input.Length == 1 && !FirstByte(input[0], allowCompressed, ref header, ref fault)
                ? FrameStatus.Refused
                : FrameStatus.NeedMore;
        }

        if (!FirstByte(input[0], allowCompressed, ref header, ref fault) || !SecondByte(input[1], ref header, ref fault))
        {
            return FrameStatus.Refused;
        }

        if (input.Length < header.Size - MaskSize)
        {
            return FrameStatus.NeedMore;
        }

        if (!Length(input, ref header, ref fault))
        {
            return FrameStatus.Refused;
        }

        if (input.Length < header.Size)
        {
            return FrameStatus.NeedMore;
        }

        header.Key = MemoryMarshal.Read<uint>(input[(header.Size - MaskSize)..]);
        return FrameStatus.Frame;
    }

    private static bool FirstByte(byte first, bool allowCompressed, ref FrameHeader header, ref CloseReason fault)
    {
        header.Fin = (first & FinBit) != 0;
        header.Compressed = (first & CompressedBit) != 0;
        header.Opcode = (Opcode)(first & 0x0F);
        if (header.Opcode is not (Opcode.Text or Opcode.Binary or Opcode.Continuation or Opcode.Close or Opcode.Ping or Opcode.Pong))
        {
            fault = FrameFault.ReservedOpcode;
            return false;
        }

        // RSV1 stands on the first frame of a message only (RFC 7692 section 6.1).
        var mayCompress = allowCompressed && (header.Opcode is Opcode.Text or Opcode.Binary);
        if ((first & OtherReservedBits) != 0 || (header.Compressed && !mayCompress))
        {
            fault = FrameFault.ReservedBits;
            return false;
        }

        if (header.IsControl && !header.Fin)
        {
            fault = FrameFault.SplitControl;
            return false;
        }

        return true;
    }

    private static bool SecondByte(byte second, ref FrameHeader header, ref CloseReason fault)
    {
        if ((second & MaskBit) == 0)
        {
            fault = FrameFault.NotMasked;
            return false;
        }

        header.PayloadLength = second & ~MaskBit;
        header.Size = 2 + MaskSize + header.PayloadLength switch { 126 => sizeof(ushort), 127 => sizeof(ulong), _ => 0 };
        if (header.IsControl && header.PayloadLength > MaxControlPayload)
        {
            fault = FrameFault.LongControl;
            return false;
        }

        return true;
    }

    private static bool Length(ReadOnlySpan<byte> input, ref FrameHeader header, ref CloseReason fault)
    {
        if (header.PayloadLength == 126)
        {
            header.PayloadLength = BinaryPrimitives.ReadUInt16BigEndian(input[2..]);
            if (header.PayloadLength < 126)
            {
                fault = FrameFault.LongLength;
                return false;
            }
        }
        else if (header.PayloadLength == 127)
        {
            header.PayloadLength = BinaryPrimitives.ReadInt64BigEndian(input[2..]);
            if (header.PayloadLength <= ushort.MaxValue)
            {
                fault = header.PayloadLength < 0 ? FrameFault.NegativeLength : FrameFault.LongLength;
                return false;
            }
        }

        return true;
    }
}
