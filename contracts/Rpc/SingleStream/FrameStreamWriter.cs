using System.IO.Pipelines;

namespace Portico.Contracts.Rpc.SingleStream;

/// <summary>
/// The writing half of a single stream: what is written between two flushes leaves as one DATA frame (several, when it is very large), in
/// one piece of memory. How it reaches the socket is the heir's business.
/// </summary>
public abstract class FrameStreamWriter : PipeWriter
{
    private const int Smallest = 16 * 1024;
    private const int Kept = 2 * 1024 * 1024;

    private byte[] _bytes = new byte[Smallest];
    private int _end = StreamFrames.HeaderLength;
    private long _window = StreamFrames.Window;

    /// <summary>Bytes of the body that were not flushed.</summary>
    public override long UnflushedBytes => _end - StreamFrames.HeaderLength;

    /// <inheritdoc/>
    public override bool CanGetUnflushedBytes => true;

    /// <inheritdoc/>
    public override void Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)bytes, (uint)(_bytes.Length - _end));
        _end += bytes;
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_end);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_end);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
        // Nobody here cancels a flush without ending the stream.
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
        // The stream's end is the call's business.
    }

    /// <summary>The peer gave a part of its window back. Any thread.</summary>
    public void OnWindow(uint increment) => Interlocked.Add(ref _window, increment);

    /// <summary>
    /// What was written, as frames; valid until <see cref="Clear"/>. Empty when nothing was.
    /// </summary>
    /// <exception cref="IOException">The peer took two gigabytes and gave nothing of its window back.</exception>
    protected ReadOnlyMemory<byte> Seal()
    {
        var length = _end - StreamFrames.HeaderLength;
        if (length == 0)
        {
            return default;
        }

        if (Interlocked.Add(ref _window, -length) < 0)
        {
            throw new IOException("The peer does not give its window back.");
        }

        if (length > StreamFrames.MaxPayload)
        {
            return Split(_bytes.AsSpan(StreamFrames.HeaderLength, length));
        }

        StreamFrames.WriteHeader(_bytes, length, StreamFrames.Data, 0, StreamFrames.Stream);
        return _bytes.AsMemory(0, _end);
    }

    /// <summary>What was sealed is sent.</summary>
    protected void Clear()
    {
        _end = StreamFrames.HeaderLength;
        if (_bytes.Length > Kept)
        {
            _bytes = new byte[Smallest];
        }
    }

    private static byte[] Split(ReadOnlySpan<byte> body)
    {
        var frames = (body.Length + StreamFrames.MaxPayload - 1) / StreamFrames.MaxPayload;
        var all = new byte[body.Length + (frames * StreamFrames.HeaderLength)];
        var at = 0;
        while (!body.IsEmpty)
        {
            var piece = body[..Math.Min(body.Length, StreamFrames.MaxPayload)];
            StreamFrames.WriteHeader(all.AsSpan(at), piece.Length, StreamFrames.Data, 0, StreamFrames.Stream);
            piece.CopyTo(all.AsSpan(at + StreamFrames.HeaderLength));
            at += StreamFrames.HeaderLength + piece.Length;
            body = body[piece.Length..];
        }

        return all;
    }

    private void Reserve(int sizeHint)
    {
        var needed = _end + Math.Max(sizeHint, 1);
        if (needed > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(needed, _bytes.Length * 2));
        }
    }
}
