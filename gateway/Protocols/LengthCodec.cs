using System.Buffers;
using System.Buffers.Binary;
using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols;

/// <summary>
/// Four bytes of length, big-endian and counting themselves, before each message (GatewayWorker protocol section 8.2). Bytes are not
/// checked. A length under four, on which the original stalls or loses its place, is refused.
/// </summary>
/// <param name="maxMessage">Longest message without its length, bytes.</param>
internal sealed class LengthCodec(int maxMessage) : IFrameCodec
{
    private const int HeaderSize = sizeof(uint);

    private static readonly CloseReason BadLength = new(CloseReason.ProtocolError.Code, "frame length is under 4");

    private MessageBuffer? _partial;
    private int _missing;

    /// <inheritdoc/>
    public WireFormat Format => WireFormat.Length;

    /// <inheritdoc/>
    public bool IsOpen => true;

    /// <inheritdoc/>
    public int MaxKept => HeaderSize - 1;

    /// <inheritdoc/>
    public int PartialSize => _partial is { } partial ? Math.Max(1, partial.Size) : 0;

    /// <inheritdoc/>
    public FrameStatus TryRead(Span<byte> input, out Frame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        if (_partial is null)
        {
            if (input.Length < HeaderSize)
            {
                return FrameStatus.NeedMore;
            }

            var size = BinaryPrimitives.ReadUInt32BigEndian(input);
            if (size < HeaderSize || size - HeaderSize > (uint)maxMessage)
            {
                frame.Reason = size < HeaderSize ? BadLength : CloseReason.TooBig;
                return FrameStatus.Refused;
            }

            consumed = HeaderSize;
            var length = (int)size - HeaderSize;
            if (input.Length - HeaderSize >= length)
            {
                frame.Payload = input.Slice(HeaderSize, length);
                consumed += length;
                return FrameStatus.Frame;
            }

            _partial = MessageBuffer.Take();
            _missing = length;
        }

        return Continue(input, ref frame, ref consumed);
    }

    /// <inheritdoc/>
    public void WriteMessage(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, bool binary)
    {
        var size = HeaderSize + payload.Length;
        var target = output.GetSpan(size);
        BinaryPrimitives.WriteUInt32BigEndian(target, (uint)size);
        payload.CopyTo(target[HeaderSize..]);
        output.Advance(size);
    }

    /// <inheritdoc/>
    public bool TryWritePing(IBufferWriter<byte> output) => false;

    /// <inheritdoc/>
    public void WriteClose(IBufferWriter<byte> output, CloseReason reason)
    {
        // The protocol has no goodbye.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _partial?.Free();
        _partial = null;
    }

    private FrameStatus Continue(Span<byte> input, ref Frame frame, ref int consumed)
    {
        var partial = _partial!;
        var piece = input[consumed..];
        if (piece.Length > _missing)
        {
            piece = piece[.._missing];
        }

        partial.Append(piece);
        consumed += piece.Length;
        _missing -= piece.Length;
        if (_missing > 0)
        {
            return FrameStatus.NeedMore;
        }

        _partial = null;
        frame.Payload = partial.Lend();
        return FrameStatus.Frame;
    }
}
