using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>Close frames both ways (RFC 6455 sections 5.5.1 and 7.4).</summary>
internal static class CloseFrame
{
    /// <summary>Longest close frame: header, code and 123 bytes of reason.</summary>
    public const int MaxSize = 2 + FrameHeader.MaxControlPayload;

    private const int CodeSize = sizeof(ushort);
    private const int MaxText = FrameHeader.MaxControlPayload - CodeSize;

    /// <summary>Reads the unmasked body of a client's close frame.</summary>
    /// <returns>False with the fault in <paramref name="reason"/>.</returns>
    public static bool TryRead(ReadOnlySpan<byte> body, out CloseReason reason)
    {
        reason = CloseReason.ClientLeft;
        if (body.Length == 0)
        {
            return true;
        }

        if (body.Length < CodeSize)
        {
            reason = FrameFault.CloseBody;
            return false;
        }

        var code = BinaryPrimitives.ReadUInt16BigEndian(body);
        if (!IsAllowed(code))
        {
            reason = FrameFault.CloseCode;
            return false;
        }

        var text = body[CodeSize..];
        if (!Utf8.IsValid(text))
        {
            reason = FrameFault.CloseText;
            return false;
        }

        if (code != CloseReason.ClientLeft.Code || text.Length > 0)
        {
            reason = new CloseReason(code, text.Length > 0 ? Encoding.UTF8.GetString(text) : CloseReason.ClientLeft.Text);
        }

        return true;
    }

    /// <summary>Encodes a close frame; a reason too long is cut between characters, a code that must not be sent becomes 1000.</summary>
    /// <returns>Its size, at most <see cref="MaxSize"/>.</returns>
    public static int Write(Span<byte> target, CloseReason reason)
    {
        var code = IsAllowed(reason.Code) ? reason.Code : (ushort)1000;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], code);
        Utf8.FromUtf16(reason.Text, target.Slice(2 + CodeSize, MaxText), out _, out var text);
        return FrameWriter.WriteHeader(target, Opcode.Close, CodeSize + text) + CodeSize + text;
    }

    // 1004 to 1006 and 1015 never stand in a frame; 1012 to 1014 came after the RFC, by IANA; 3000 and up belong to applications.
    private static bool IsAllowed(int code) => code is (>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999);
}
