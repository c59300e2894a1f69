using Portico.Contracts.Link;

namespace Portico.Gateway.Workers;

/// <summary>A body too large for one message: it goes in parts and is kept beside the blocks until its event is acknowledged.</summary>
internal sealed class LargeBody : IDisposable
{
    private readonly int _length;
    private byte[]? _bytes;

    /// <summary>Copies the body.</summary>
    public LargeBody(ReadOnlySpan<byte> body)
    {
        _length = body.Length;
        _bytes = PooledBytes.Rent(Math.Max(1, body.Length));
        body.CopyTo(_bytes);
    }

    /// <summary>The body.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, _bytes is null ? 0 : _length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            PooledBytes.Return(bytes);
        }
    }
}
