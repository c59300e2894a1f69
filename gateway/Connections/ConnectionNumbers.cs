using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Portico.Gateway.Connections;

/// <summary>
/// Connection numbers of one loop: those whose remainder by the count of loops is its index, in an order that cannot be predicted without
/// the key, so that a client cannot derive other clients' numbers from its own. A counter goes through a keyed permutation (a Feistel network
/// with SipHash-2-4 as round function): each number comes once before any comes again. Belongs to its loop's thread.
/// </summary>
internal sealed class ConnectionNumbers
{
    /// <summary>Size of a key in bytes.</summary>
    public const int KeySize = 16;

    private const ulong AllNumbers = 1UL << 32;
    private const int Rounds = 10;
    private readonly uint _index;
    private readonly uint _count;
    private readonly ulong _positions;
    private readonly int _leftBits;
    private readonly int _rightBits;
    private readonly ulong _key0;
    private readonly ulong _key1;
    private ulong _position;

    /// <summary>Numbers of loop <paramref name="index"/> of <paramref name="count"/>, with a new random key: loops must not share one.</summary>
    public ConnectionNumbers(int index, int count)
        : this(index, count, RandomNumberGenerator.GetBytes(KeySize))
    {
    }

    /// <summary>The same with a given key and only the numbers below <paramref name="domain"/>, at most 2^32 and at least two for each loop.</summary>
    internal ConnectionNumbers(int index, int count, ReadOnlySpan<byte> key, ulong domain = AllNumbers)
    {
        _index = (uint)index;
        _count = (uint)count;
        _key0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _key1 = BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..]);
        _positions = (domain - _index + _count - 1) / _count;
        var bits = Math.Max(2, BitOperations.Log2(_positions - 1) + 1);
        _leftBits = bits / 2;
        _rightBits = bits - _leftBits;
    }

    /// <summary>The next number; never 0, which stands for no client.</summary>
    public uint Next()
    {
        uint number;
        do
        {
            number = NumberAt(_position);
            _position = _position + 1 == _positions ? 0 : _position + 1;
        }
        while (number == 0);

        return number;
    }

    /// <summary>How many counter values there are before the order begins again.</summary>
    internal ulong Positions => _positions;

    /// <summary>The number that belongs to a counter value below <see cref="Positions"/>.</summary>
    internal uint NumberAt(ulong position)
    {
        // The network permutes a power of two, of which positions are more than half: what falls outside is permuted again.
        do
        {
            position = Permute(position);
        }
        while (position >= _positions);

        return (uint)((position * _count) + _index);
    }

    /// <summary>SipHash-2-4 of eight bytes, given as a little-endian number.</summary>
    internal static ulong SipHash(ulong key0, ulong key1, ulong block)
    {
        const ulong Length = sizeof(ulong);
        var v0 = key0 ^ 0x736f6d6570736575;
        var v1 = key1 ^ 0x646f72616e646f6d;
        var v2 = key0 ^ 0x6c7967656e657261;
        var v3 = key1 ^ 0x7465646279746573 ^ block;
        SipRound(ref v0, ref v1, ref v2, ref v3);
        SipRound(ref v0, ref v1, ref v2, ref v3);
        v0 ^= block;
        v3 ^= Length << 56;
        SipRound(ref v0, ref v1, ref v2, ref v3);
        SipRound(ref v0, ref v1, ref v2, ref v3);
        v0 ^= Length << 56;
        v2 ^= 0xff;
        for (var i = 0; i < 4; i++)
        {
            SipRound(ref v0, ref v1, ref v2, ref v3);
        }

        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void SipRound(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }

    // Each round masks one half with a keyed digest of the other; both halves have their first widths again after an even number of rounds.
    private ulong Permute(ulong value)
    {
        var left = value >> _rightBits;
        var right = value & Mask(_rightBits);
        for (var round = 0UL; round < Rounds; round++)
        {
            var width = (round & 1) == 0 ? _leftBits : _rightBits;
            var masked = left ^ (SipHash(_key0, _key1, (round << 32) | right) & Mask(width));
            left = right;
            right = masked;
        }

        return (left << _rightBits) | right;
    }

    private static ulong Mask(int bits) => (1UL << bits) - 1;
}
