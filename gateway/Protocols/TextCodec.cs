using System.Buffers;
using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols;

/// <summary>
/// One message per line (GatewayWorker protocol section 8.1): ends with LF, the CR and LF before the end are no part of it; LF is
/// appended when sending. Bytes are not checked.
/// </summary>
/// <param name="maxMessage">Longest message, bytes.</param>
internal sealed class TextCodec(int maxMessage) : IFrameCodec
{
    private const byte LineFeed = (byte)'\n';
    private const byte CarriageReturn = (byte)'\r';

    private MessageBuffer? _line;

    /// <inheritdoc/>
    public WireFormat Format => WireFormat.Text;

    /// <inheritdoc/>
    public bool IsOpen => true;

    /// <inheritdoc/>
    public int MaxKept => 0;

    /// <inheritdoc/>
    public int PartialSize => _line is { } line ? Math.Max(1, line.Size) : 0;

    /// <inheritdoc/>
    public FrameStatus TryRead(Span<byte> input, out Frame frame, out int consumed)
    {
        frame = default;
        var end = input.IndexOf(LineFeed);
        var piece = end < 0 ? input : input[..end];
        consumed = end < 0 ? input.Length : end + 1;

        // One more than the limit may wait, since it may be a CR.
        if ((long)(_line?.Length ?? 0) + piece.Length > maxMessage + 1L)
        {
            return TooBig(ref frame);
        }

        if (end < 0)
        {
            Keep(piece);
            return FrameStatus.NeedMore;
        }

        frame.Payload = Whole(piece).TrimEnd(CarriageReturn);
        if (frame.Payload.Length > maxMessage)
        {
            return TooBig(ref frame);
        }

        frame.Kind = FrameKind.Message;
        return FrameStatus.Frame;
    }

    /// <inheritdoc/>
    public void WriteMessage(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, bool binary)
    {
        var target = output.GetSpan(payload.Length + 1);
        payload.CopyTo(target);
        target[payload.Length] = LineFeed;
        output.Advance(payload.Length + 1);
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
        _line?.Free();
        _line = null;
    }

    private static FrameStatus TooBig(ref Frame frame)
    {
        frame.Payload = default;
        frame.Reason = CloseReason.TooBig;
        return FrameStatus.Refused;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > 0)
        {
            (_line ??= MessageBuffer.Take()).Append(piece);
        }
    }

    private ReadOnlySpan<byte> Whole(ReadOnlySpan<byte> piece)
    {
        if (_line is not { } line)
        {
            return piece;
        }

        line.Append(piece);
        _line = null;
        return line.Lend();
    }
}
