using Portico.Contracts.Link;

namespace Portico.Gateway.Protocols;

/// <summary>
/// The bytes of a message that did not come in one piece, in pooled memory that grows with what really came (a peer that announces
/// a megabyte and sends nothing costs nothing). A codec holds one only while a message is incomplete.
/// </summary>
/// <remarks>
/// The buffer of a complete message is lent to the caller and must live until it has looked at it, yet an idle codec shall hold
/// nothing: so it moves to the thread, which keeps one, and is taken again by the next codec in need.
/// </remarks>
internal sealed class MessageBuffer
{
    private const int FirstSize = 4096;

    // Kept by an idle thread at most; larger arrays go back to the pool as soon as the next codec takes the buffer.
    private const int LargestSpare = 128 * 1024;

    [ThreadStatic]
    private static MessageBuffer? _spare;

    private byte[] _bytes = [];

    private MessageBuffer()
    {
    }

    /// <summary>How many bytes were written.</summary>
    public int Length { get; private set; }

    /// <summary>Memory that it holds.</summary>
    public int Size => _bytes.Length;

    /// <summary>What was written.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Takes an empty buffer. What was lent on this thread before is overwritten from now on.</summary>
    public static MessageBuffer Take()
    {
        var buffer = _spare ?? new MessageBuffer();
        _spare = null;
        buffer.Length = 0;
        if (buffer._bytes.Length > LargestSpare)
        {
            buffer.Free();
        }

        return buffer;
    }

    /// <summary>Gives the content to the caller for as long as a <see cref="Frame"/> lives, and the buffer to the thread.</summary>
    public Span<byte> Lend()
    {
        _spare?.Free();
        _spare = this;
        return Written;
    }

    /// <summary>Room for at least <paramref name="count"/> more bytes, or more; follow with <see cref="Advance"/>.</summary>
    public Span<byte> Reserve(int count)
    {
        var needed = Length + count;
        if (needed > _bytes.Length)
        {
            Grow(needed);
        }

        return _bytes.AsSpan(Length);
    }

    /// <summary>That many bytes of what <see cref="Reserve"/> gave were written.</summary>
    public void Advance(int count) => Length += count;

    /// <summary>Appends.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    /// <summary>Gives the memory back.</summary>
    public void Free()
    {
        var bytes = _bytes;
        _bytes = [];
        Length = 0;
        if (bytes.Length > 0)
        {
            PooledBytes.Return(bytes);
        }
    }

    private void Grow(int needed)
    {
        var size = Math.Max(Math.Max(needed, FirstSize), (int)Math.Min(2L * _bytes.Length, Array.MaxLength));
        var larger = PooledBytes.Rent(size);
        Written.CopyTo(larger);
        if (_bytes.Length > 0)
        {
            PooledBytes.Return(_bytes);
        }

        _bytes = larger;
    }
}
