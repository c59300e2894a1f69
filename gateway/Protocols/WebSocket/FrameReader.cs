using System.Text.Unicode;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols.WebSocket.Deflate;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>
/// Frames of a client (RFC 6455 section 5). A whole unfragmented frame is unmasked where it lies and handed on as a slice; anything
/// else is gathered in a <see cref="PartialMessage"/>. The reader itself is one reference.
/// </summary>
internal struct FrameReader
{
    /// <summary>The most bytes left with the caller: a control frame that is not whole.</summary>
    public const int MaxKept = FrameHeader.MaxSize + FrameHeader.MaxControlPayload;

    // Deflate may make data slightly larger; more than that is not sent by anyone in good faith.
    private const int CompressedSlack = 1024;

    [ThreadStatic]
    private static byte[]? _close;

    private PartialMessage? _partial;

    /// <summary>See <see cref="IFrameCodec.PartialSize"/>.</summary>
    public readonly int PartialSize => _partial is { } partial ? Math.Max(1, partial.Buffer.Size) : 0;

    /// <summary>See <see cref="IFrameCodec.TryRead"/>.</summary>
    public FrameStatus TryRead(WebSocketSettings settings, PerMessageDeflate? deflate, Span<byte> input, ref Frame frame, out int consumed)
    {
        consumed = 0;
        while (true)
        {
            if (_partial is { } partial)
            {
                if (partial.Missing > 0)
                {
                    consumed += partial.Take(input[consumed..]);
                    if (!partial.IsValidSoFar())
                    {
                        return Refuse(ref frame, PartialMessage.Invalid);
                    }

                    if (partial.Missing > 0)
                    {
                        return FrameStatus.NeedMore;
                    }
                }

                if (partial.Last)
                {
                    return Complete(settings, deflate, ref frame);
                }
            }

            var rest = input[consumed..];
            var status = FrameHeader.TryParse(rest, deflate is not null, out var header, out var fault);
            if (status != FrameStatus.Frame)
            {
                return status == FrameStatus.NeedMore ? status : Refuse(ref frame, fault);
            }

            if (header.IsControl)
            {
                return Control(rest, header, ref frame, ref consumed);
            }

            if (!MayFollow(settings, header, out fault))
            {
                return Refuse(ref frame, fault);
            }

            if (header.Fin && _partial is null && rest.Length - header.Size >= header.PayloadLength)
            {
                return Whole(settings, deflate, rest, header, ref frame, ref consumed);
            }

            consumed += header.Size;
            (_partial ??= new PartialMessage(header)).Begin(header);
            if (!_partial.IsValidSoFar())
            {
                // An empty last frame behind half a character.
                return Refuse(ref frame, PartialMessage.Invalid);
            }
        }
    }

    /// <summary>Gives back what is held.</summary>
    public void Free()
    {
        _partial?.Buffer.Free();
        _partial = null;
    }

    private readonly bool MayFollow(WebSocketSettings settings, in FrameHeader header, out CloseReason fault)
    {
        fault = default;
        if ((header.Opcode == Opcode.Continuation) != (_partial is not null))
        {
            fault = _partial is null ? FrameFault.NothingToContinue : FrameFault.InsideMessage;
            return false;
        }

        if (_partial?.Frames >= settings.MaxFramesPerMessage)
        {
            fault = FrameFault.TooManyFrames;
            return false;
        }

        // Before a byte of it is buffered.
        long limit = settings.MaxMessageSize;
        if (header.Compressed || _partial is { Compressed: true })
        {
            limit += (limit >> 6) + CompressedSlack;
        }

        if (header.PayloadLength > limit - (_partial?.Buffer.Length ?? 0))
        {
            fault = CloseReason.TooBig;
            return false;
        }

        return true;
    }

    private static FrameStatus Whole(
        WebSocketSettings settings, PerMessageDeflate? deflate, Span<byte> rest, in FrameHeader header, ref Frame frame, ref int consumed)
    {
        var payload = rest.Slice(header.Size, (int)header.PayloadLength);
        Masking.Apply(payload, header.Key);
        consumed += header.Size + payload.Length;
        if (header.Compressed)
        {
            return Inflate(settings, deflate!, payload, header.Opcode == Opcode.Binary, ref frame);
        }

        if (header.Opcode == Opcode.Text && !Utf8.IsValid(payload))
        {
            return Refuse(ref frame, CloseReason.InvalidText);
        }

        frame.Binary = header.Opcode == Opcode.Binary;
        frame.Payload = payload;
        return FrameStatus.Frame;
    }

    private FrameStatus Complete(WebSocketSettings settings, PerMessageDeflate? deflate, ref Frame frame)
    {
        var partial = _partial!;
        _partial = null;
        if (!partial.Compressed)
        {
            frame.Binary = partial.Binary;
            frame.Payload = partial.Buffer.Lend();
            return FrameStatus.Frame;
        }

        var status = Inflate(settings, deflate!, partial.Buffer.Written, partial.Binary, ref frame);
        partial.Buffer.Free();
        return status;
    }

    private static FrameStatus Inflate(
        WebSocketSettings settings, PerMessageDeflate deflate, ReadOnlySpan<byte> compressed, bool binary, ref Frame frame)
    {
        var buffer = MessageBuffer.Take();
        var result = deflate.Inflate(compressed, buffer, settings.MaxMessageSize);
        var payload = buffer.Lend();
        if (result != InflateResult.Done)
        {
            return Refuse(ref frame, result == InflateResult.TooBig ? CloseReason.TooBig : FrameFault.CannotInflate);
        }

        if (!binary && !Utf8.IsValid(payload))
        {
            return Refuse(ref frame, CloseReason.InvalidText);
        }

        frame.Binary = binary;
        frame.Payload = payload;
        return FrameStatus.Frame;
    }

    private static FrameStatus Control(Span<byte> rest, in FrameHeader header, ref Frame frame, ref int consumed)
    {
        var size = (int)header.PayloadLength;
        if (rest.Length - header.Size < size)
        {
            return FrameStatus.NeedMore;
        }

        consumed += header.Size + size;
        var payload = rest.Slice(header.Size, size);
        Masking.Apply(payload, header.Key);
        if (header.Opcode == Opcode.Pong)
        {
            frame.Kind = FrameKind.Pong;
            return FrameStatus.Frame;
        }

        if (header.Opcode == Opcode.Close)
        {
            if (!CloseFrame.TryRead(payload, out var reason))
            {
                return Refuse(ref frame, reason);
            }

            // The code goes back, the words do not (section 5.5.1).
            size = Math.Min(size, sizeof(ushort));
            frame.Reason = reason;
        }

        frame.Kind = header.Opcode == Opcode.Close ? FrameKind.Close : FrameKind.Ping;

        // The answer is built where the request lies: its header is shorter by the mask.
        var reply = rest.Slice(header.Size - 2, 2 + size);
        FrameWriter.WriteHeader(reply, header.Opcode == Opcode.Close ? Opcode.Close : Opcode.Pong, size);
        frame.Reply = reply;
        return FrameStatus.Frame;
    }

    private static FrameStatus Refuse(ref Frame frame, CloseReason reason)
    {
        var reply = _close ??= new byte[CloseFrame.MaxSize];
        frame = default;
        frame.Reason = reason;
        frame.Reply = reply.AsSpan(0, CloseFrame.Write(reply, reason));
        return FrameStatus.Refused;
    }
}
