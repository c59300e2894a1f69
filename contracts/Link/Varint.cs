using System.Numerics;

namespace Portico.Contracts.Link;

/// <summary>Base-128 numbers of the protobuf wire.</summary>
internal static class Varint
{
    /// <summary>Most bytes of one number.</summary>
    public const int MaxLength = 10;

    /// <summary>Bytes that <paramref name="value"/> takes.</summary>
    public static int Size(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) >> 6;

    /// <summary>Bytes of a length prefix and what follows it.</summary>
    public static int SizeOfDelimited(int length) => Size((uint)length) + length;

    /// <summary>Writes to the start of <paramref name="destination"/>; the number of bytes.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        var i = 0;
        while (value >= 0x80)
        {
            destination[i++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[i++] = (byte)value;
        return i;
    }
}
