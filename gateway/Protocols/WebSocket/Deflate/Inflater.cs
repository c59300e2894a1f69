using System.Runtime.ConstrainedExecution;

namespace Portico.Gateway.Protocols.WebSocket.Deflate;

/// <summary>Inflates messages; holds zlib's window (native, about 40 KiB) until disposed.</summary>
internal sealed unsafe class Inflater : CriticalFinalizerObject, IDisposable
{
    // Raw deflate, no zlib header. The full window reads what any smaller one wrote.
    private const int RawFullWindow = -DeflateAgreement.FullWindow;
    private const int Step = 4096;

    private ZLib.Stream _stream;
    private bool _ended;

    public Inflater()
    {
        if (ZLib.InflateInit(ref _stream, RawFullWindow) != ZLib.Ok)
        {
            _ended = true;
            throw new InvalidOperationException("zlib cannot inflate");
        }
    }

    ~Inflater() => End();

    // What a sender takes off the end of every message (RFC 7692 section 7.2.1).
    private static ReadOnlySpan<byte> Tail => [0x00, 0x00, 0xFF, 0xFF];

    /// <summary>Forgets the window.</summary>
    public void Reset() => ZLib.InflateReset(ref _stream, RawFullWindow);

    /// <summary>Inflates one message and appends it to <paramref name="output"/>, of at most <paramref name="limit"/> bytes.</summary>
    public InflateResult Inflate(ReadOnlySpan<byte> message, MessageBuffer output, int limit)
    {
        var result = Feed(message, output, limit);
        return result == InflateResult.Done ? Feed(Tail, output, limit) : result;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        GC.SuppressFinalize(this);
    }

    private InflateResult Feed(ReadOnlySpan<byte> input, MessageBuffer output, int limit)
    {
        fixed (byte* start = input)
        {
            _stream.NextIn = start;
            _stream.AvailableIn = (uint)input.Length;
            while (true)
            {
                // One byte more than is allowed shows that there is more.
                var room = output.Reserve(Math.Min(Step, limit + 1 - output.Length));
                room = room[..Math.Min(room.Length, limit + 1 - output.Length)];
                var (code, written) = Turn(room);
                output.Advance(written);
                if (output.Length > limit)
                {
                    return InflateResult.TooBig;
                }

                switch (code)
                {
                    // A last block ends the stream but not the message: what follows begins anew (section 7.2.3.4).
                    case ZLib.StreamEnd:
                        Reset();
                        break;
                    case ZLib.Ok or ZLib.BufferError:
                        break;
                    default:
                        return InflateResult.Broken;
                }

                if (_stream.AvailableIn == 0 && written < room.Length)
                {
                    return InflateResult.Done;
                }

                if (code == ZLib.BufferError && written == 0)
                {
                    return InflateResult.Broken;
                }
            }
        }
    }

    private (int Code, int Written) Turn(Span<byte> room)
    {
        fixed (byte* target = room)
        {
            _stream.NextOut = target;
            _stream.AvailableOut = (uint)room.Length;
            var code = ZLib.Inflate(ref _stream, ZLib.SyncFlush);
            return (code, room.Length - (int)_stream.AvailableOut);
        }
    }

    private void End()
    {
        if (!_ended)
        {
            _ended = true;
            ZLib.InflateEnd(ref _stream);
        }
    }
}
