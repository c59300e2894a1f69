using System.Buffers;
using System.Text.Unicode;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols.WebSocket.Deflate;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>WebSocket, server side: the opening handshake, then frames both ways (RFC 6455, RFC 7692).</summary>
/// <param name="settings">Of the listener.</param>
internal sealed class WebSocketCodec(WebSocketSettings settings) : IFrameCodec
{
    private FrameReader _reader;
    private PerMessageDeflate? _deflate;
    private int _searched;
    private bool _open;

    /// <inheritdoc/>
    public WireFormat Format => _deflate?.Format ?? WireFormat.WebSocket;

    /// <inheritdoc/>
    public bool IsOpen => _open;

    /// <inheritdoc/>
    public int MaxKept => _open ? FrameReader.MaxKept : settings.MaxRequestHead;

    /// <inheritdoc/>
    public int PartialSize => _reader.PartialSize;

    private static ReadOnlySpan<byte> EmptyLine => "\r\n\r\n"u8;

    /// <inheritdoc/>
    public FrameStatus TryRead(Span<byte> input, out Frame frame, out int consumed)
    {
        frame = default;
        return _open
            ? _reader.TryRead(settings, _deflate, input, ref frame, out consumed)
            : TryOpen(input, ref frame, out consumed);
    }

    /// <inheritdoc/>
    public void WriteMessage(IBufferWriter<byte> output, ReadOnlySpan<byte> payload, bool binary)
    {
        var opcode = binary || !Utf8.IsValid(payload) ? Opcode.Binary : Opcode.Text;
        if (_deflate is null || !_deflate.TryWrite(output, opcode, payload))
        {
            FrameWriter.Write(output, opcode, payload);
        }
    }

    /// <inheritdoc/>
    public bool TryWritePing(IBufferWriter<byte> output)
    {
        if (_open)
        {
            FrameWriter.Write(output, Opcode.Ping, []);
        }

        return _open;
    }

    /// <inheritdoc/>
    public void WriteClose(IBufferWriter<byte> output, CloseReason reason)
    {
        if (!_open)
        {
            output.Write(HttpRefusal.For(reason).Bytes);
            return;
        }

        output.Advance(CloseFrame.Write(output.GetSpan(CloseFrame.MaxSize), reason));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Free();
        _deflate?.Dispose();
    }

    private FrameStatus TryOpen(Span<byte> input, ref Frame frame, out int consumed)
    {
        consumed = 0;

        // Another protocol on our port is told so at once and not after a timeout.
        if (input.Length > 0 && !char.IsAsciiLetterUpper((char)input[0]))
        {
            return Refuse(ref frame, HttpRefusal.NotHttp);
        }

        // What was searched before is not searched again, but for a line end that came in halves.
        var from = Math.Max(0, Math.Min(_searched, input.Length) - EmptyLine.Length + 1);
        var end = input[from..].IndexOf(EmptyLine);
        var size = end < 0 ? input.Length : from + end + EmptyLine.Length;
        if (size > settings.MaxRequestHead)
        {
            return Refuse(ref frame, HttpRefusal.TooLarge);
        }

        if (end < 0)
        {
            _searched = input.Length;
            return FrameStatus.NeedMore;
        }

        consumed = size;
        return Open(input[..size], ref frame);
    }

    private FrameStatus Open(ReadOnlySpan<byte> head, ref Frame frame)
    {
        if (Handshake.Check(head, settings, out var handshake) is { } refusal)
        {
            return Refuse(ref frame, refusal);
        }

        frame.Kind = FrameKind.Handshake;
        frame.Payload = head;
        frame.Subprotocol = handshake.Subprotocol;
        frame.Reply = HandshakeReply.Accepted(handshake);
        if (handshake.Deflate is { } agreement)
        {
            _deflate = new PerMessageDeflate(agreement, settings.Deflate!);
        }

        _open = true;
        return FrameStatus.Frame;
    }

    private static FrameStatus Refuse(ref Frame frame, HttpRefusal refusal)
    {
        frame.Reply = refusal.Bytes;
        frame.Reason = refusal.Reason;
        return FrameStatus.Refused;
    }
}
