using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>The answer to a valid handshake.</summary>
internal static class HandshakeReply
{
    private const int KeyChars = 24;

    // Names of subprotocols come from our own configuration; the rest is short and fixed.
    private const int LargestFixedPart = 512;

    private static ReadOnlySpan<byte> Guid => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    [ThreadStatic]
    private static byte[]? _reply;

    /// <summary>Encodes the 101 answer. The span is the thread's and lives until the next one is made.</summary>
    public static ReadOnlySpan<byte> Accepted(scoped in Handshake handshake)
    {
        var size = LargestFixedPart + (handshake.Subprotocol?.Length ?? 0);
        var reply = _reply is { } kept && kept.Length >= size ? kept : _reply = new byte[size];
        var at = 0;
        Put(reply, ref at, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "u8);
        at += WriteAccept(reply.AsSpan(at), handshake.Key);
        if (handshake.Subprotocol is { } subprotocol)
        {
            Put(reply, ref at, "\r\nSec-WebSocket-Protocol: "u8);
            at += Encoding.ASCII.GetBytes(subprotocol, reply.AsSpan(at));
        }

        if (handshake.Deflate is { } deflate)
        {
            Put(reply, ref at, "\r\nSec-WebSocket-Extensions: "u8);
            Put(reply, ref at, deflate.Answer);
        }

        Put(reply, ref at, "\r\n\r\n"u8);
        return reply.AsSpan(0, at);
    }

    private static int WriteAccept(Span<byte> target, ReadOnlySpan<byte> key)
    {
        Span<byte> text = stackalloc byte[KeyChars + Guid.Length];
        key.CopyTo(text);
        Guid.CopyTo(text[KeyChars..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // RFC 6455 section 4.2.2 prescribes SHA-1; nothing is secured by it.
        SHA1.HashData(text, hash);
#pragma warning restore CA5350
        Base64.EncodeToUtf8(hash, target, out _, out var written);
        return written;
    }

    private static void Put(Span<byte> target, ref int at, ReadOnlySpan<byte> text)
    {
        text.CopyTo(target[at..]);
        at += text.Length;
    }
}
