using System.Net;
using System.Text;

namespace Portico.Gateway.Connections;

/// <summary>What a connection reads from its valid opening handshake (RFC 6455 section 4); the codec has checked the rest.</summary>
internal static class HandshakeHead
{
    /// <summary>The path of the request line, without query.</summary>
    public static string PathOf(ReadOnlySpan<byte> requestHead)
    {
        var from = requestHead.IndexOf((byte)' ') + 1;
        var length = requestHead[from..].IndexOfAny((byte)' ', (byte)'?');
        var path = length < 0 ? default : requestHead.Slice(from, length);
        return path.SequenceEqual("/"u8) || path.IsEmpty ? "/" : Encoding.UTF8.GetString(path);
    }

    /// <summary>The subprotocol that our answer names, empty for none. Interned: a few names stand on many connections.</summary>
    public static string SubprotocolOf(ReadOnlySpan<byte> answer)
    {
        var value = default(ReadOnlySpan<byte>);
        return TryHeader(answer, "Sec-WebSocket-Protocol", ref value) ? string.Intern(Encoding.ASCII.GetString(value)) : "";
    }

    /// <summary>
    /// The client's address: the peer's own, or, when the peer is a trusted proxy, the last one in X-Forwarded-For that is no trusted proxy
    /// (what stands before it the client may have made up). Its port is not known then: 0.
    /// </summary>
    public static IPEndPoint ClientOf(ReadOnlySpan<byte> requestHead, IPEndPoint peer, IReadOnlyList<IPNetwork> trusted)
    {
        if (trusted.Count == 0)
        {
            return peer;
        }

        var rest = requestHead;
        var client = peer;
        while (IsTrusted(client.Address, trusted) && TryLastForwarded(ref rest, out var address))
        {
            client = new IPEndPoint(address, 0);
        }

        return client;
    }

    private static bool IsTrusted(IPAddress address, IReadOnlyList<IPNetwork> trusted)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        for (var i = 0; i < trusted.Count; i++)
        {
            if (trusted[i].Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    // Takes the last address of the last X-Forwarded-For header off; rest ends before it.
    private static bool TryLastForwarded(ref ReadOnlySpan<byte> rest, out IPAddress address)
    {
        var value = default(ReadOnlySpan<byte>);
        address = IPAddress.None;
        if (!TryHeader(rest, "X-Forwarded-For", ref value))
        {
            return false;
        }

        var comma = value.LastIndexOf((byte)',');
        var text = value[(comma + 1)..].Trim(" \t"u8);
        _ = rest.Overlaps(value, out var offset);
        rest = rest[..(offset + Math.Max(0, comma))];
        Span<char> chars = stackalloc char[64];
        return text.Length <= chars.Length
            && Encoding.ASCII.TryGetChars(text, chars, out var count)
            && IPAddress.TryParse(chars[..count].Trim("[]"), out address!);
    }

    // The value of the last header of that name that begins in the head; the head may be cut within it.
    private static bool TryHeader(ReadOnlySpan<byte> head, string name, ref ReadOnlySpan<byte> value)
    {
        var found = false;
        var offset = head.IndexOf("\r\n"u8) + 2;
        while (offset >= 2 && offset < head.Length)
        {
            var length = head[offset..].IndexOf("\r\n"u8);
            var line = length < 0 ? head[offset..] : head.Slice(offset, length);
            var colon = line.IndexOf((byte)':');
            if (colon == name.Length && Ascii.EqualsIgnoreCase(line[..colon], name))
            {
                value = line[(colon + 1)..].Trim(" \t"u8);
                found = value.Length > 0;
            }

            if (length < 0)
            {
                break;
            }

            offset += length + 2;
        }

        return found;
    }
}
