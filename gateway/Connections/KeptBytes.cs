using Portico.Contracts.Link;

namespace Portico.Gateway.Connections;

/// <summary>Received bytes that are not read yet: a frame's beginning, or what came before a pause. Holds a buffer only while there are some.</summary>
internal struct KeptBytes
{
    private byte[]? _buffer;
    private int _start;
    private int _end;

    /// <summary>Nothing is kept.</summary>
    public readonly bool IsEmpty => _start == _end;

    /// <summary>What is kept.</summary>
    public readonly Span<byte> Span => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Keeps a copy of more.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        var length = _end - _start;
        if (_buffer is null || _buffer.Length - _end < bytes.Length)
        {
            var larger = PooledBytes.Rent(length + bytes.Length);
            Span.CopyTo(larger);
            var old = _buffer;
            _buffer = larger;
            _start = 0;
            _end = length;
            if (old is not null)
            {
                PooledBytes.Return(old);
            }
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>The first <paramref name="count"/> bytes are read.</summary>
    public void Skip(int count)
    {
        _start += count;
        if (_start == _end)
        {
            Free();
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Free()
    {
        if (_buffer is { } buffer)
        {
            PooledBytes.Return(buffer);
        }

        this = default;
    }
}
