using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>Takes the mask off a client's payload in place (RFC 6455 section 5.3), as wide as the processor allows.</summary>
internal static class Masking
{
    /// <summary>Exclusive-ors <paramref name="data"/> with the key.</summary>
    /// <param name="data">Payload, or the part of it that is there.</param>
    /// <param name="key">The four key bytes as they lie in memory, turned so that the first belongs to <c>data[0]</c>.</param>
    public static void Apply(Span<byte> data, uint key)
    {
        ref var start = ref MemoryMarshal.GetReference(data);
        nuint at = 0;
        var length = (nuint)data.Length;
        if (Vector256.IsHardwareAccelerated && length >= 32)
        {
            var wide = Vector256.Create(key).AsByte();
            for (; at + 32 <= length; at += 32)
            {
                (Vector256.LoadUnsafe(ref start, at) ^ wide).StoreUnsafe(ref start, at);
            }
        }

        if (Vector128.IsHardwareAccelerated && length - at >= 16)
        {
            var wide = Vector128.Create(key).AsByte();
            for (; at + 16 <= length; at += 16)
            {
                (Vector128.LoadUnsafe(ref start, at) ^ wide).StoreUnsafe(ref start, at);
            }
        }

        for (; at + sizeof(uint) <= length; at += sizeof(uint))
        {
            ref var four = ref Unsafe.AddByteOffset(ref start, at);
            Unsafe.WriteUnaligned(ref four, Unsafe.ReadUnaligned<uint>(ref four) ^ key);
        }

        for (; at < length; at++)
        {
            Unsafe.AddByteOffset(ref start, at) ^= KeyByte(key, (int)(at & 3));
        }
    }

    /// <summary>The key for what follows after <paramref name="count"/> bytes.</summary>
    public static uint Turn(uint key, int count)
    {
        var bits = (count & 3) * 8;
        return BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, bits) : BitOperations.RotateLeft(key, bits);
    }

    private static byte KeyByte(uint key, int index) =>
        (byte)(BitConverter.IsLittleEndian ? key >> (index * 8) : key >> (24 - (index * 8)));
}
