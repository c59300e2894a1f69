using System.Runtime.ConstrainedExecution;

namespace Portico.Gateway.Protocols.WebSocket.Deflate;

/// <summary>Deflates messages; holds zlib's window and tables (native, about 256 KiB for the full window) until disposed.</summary>
internal sealed unsafe class Deflater : CriticalFinalizerObject, IDisposable
{
    // zlib has no smaller one. But it never looks back farther than its window less 262 bytes, here 250, which a client with a window of 256 can follow.
    private const int SmallestOwnWindow = 9;
    private const int MemoryLevel = 8;
    private const int TailSize = 4;

    private ZLib.Stream _stream;
    private bool _ended;

    /// <param name="windowBits">The client's window as a power of two, 8 to 15.</param>
    /// <param name="level">1 to 9.</param>
    public Deflater(int windowBits, int level)
    {
        Level = level;
        if (ZLib.DeflateInit(ref _stream, level, ZLib.Deflated, -Math.Max(windowBits, SmallestOwnWindow), MemoryLevel, strategy: 0) != ZLib.Ok)
        {
            _ended = true;
            throw new InvalidOperationException("zlib cannot deflate");
        }
    }

    ~Deflater() => End();

    /// <summary>As made.</summary>
    public int Level { get; }

    /// <summary>Room that any message of that size fits into when deflated.</summary>
    public static int Bound(int length) => length + (length >> 3) + (length >> 6) + 64;

    /// <summary>Deflates one message without the tail that every message has (RFC 7692 section 7.2.1).</summary>
    /// <param name="message">Not empty.</param>
    /// <param name="target">At least <see cref="Bound"/> bytes.</param>
    /// <param name="keepWindow">The next message may refer to this one.</param>
    /// <returns>Bytes written, or -1 when it did not fit: then this object cannot be used any more.</returns>
    public int Deflate(ReadOnlySpan<byte> message, Span<byte> target, bool keepWindow)
    {
        fixed (byte* from = message)
        fixed (byte* to = target)
        {
            _stream.NextIn = from;
            _stream.AvailableIn = (uint)message.Length;
            _stream.NextOut = to;
            _stream.AvailableOut = (uint)target.Length;
            var code = ZLib.Deflate(ref _stream, keepWindow ? ZLib.SyncFlush : ZLib.FullFlush);
            var written = target.Length - (int)_stream.AvailableOut;

            // With no room left zlib may hold more back.
            var whole = code == ZLib.Ok && _stream.AvailableIn == 0 && _stream.AvailableOut > 0;
            return whole && written > TailSize && target[..written].EndsWith<byte>([0x00, 0x00, 0xFF, 0xFF]) ? written - TailSize : -1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        GC.SuppressFinalize(this);
    }

    private void End()
    {
        if (!_ended)
        {
            _ended = true;
            ZLib.DeflateEnd(ref _stream);
        }
    }
}
