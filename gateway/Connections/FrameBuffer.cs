using System.Buffers;
using Portico.Contracts.Link;

namespace Portico.Gateway.Connections;

/// <summary>A pooled buffer that a codec writes a frame into.</summary>
internal sealed class FrameBuffer : IBufferWriter<byte>
{
    private byte[] _buffer = [];
    private int _length;

    /// <summary>Nothing was written since the last <see cref="Clear"/>.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _length), nameof(count));
        _length += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    /// <summary>Gives the buffer back.</summary>
    public void Clear()
    {
        if (_buffer.Length > 0)
        {
            PooledBytes.Return(_buffer);
        }

        _buffer = [];
        _length = 0;
    }

    private void Reserve(int sizeHint)
    {
        var free = _buffer.Length - _length;
        if (free >= Math.Max(1, sizeHint))
        {
            return;
        }

        var larger = PooledBytes.Rent(Math.Max(_length + Math.Max(256, sizeHint), _buffer.Length * 2));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
        {
            PooledBytes.Return(_buffer);
        }

        _buffer = larger;
    }
}
