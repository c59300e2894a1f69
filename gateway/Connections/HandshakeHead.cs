using System.Net;
using System.Text;
using Portico.Gateway.Protocols.WebSocket;

namespace Portico.Gateway.Connections;

/// <summary>What a connection takes from its opening handshake; the codec has checked that it is one.</summary>
internal static class HandshakeHead
{
    /// <summary>The path of the request line, without query.</summary>
    public static string PathOf(ReadOnlySpan<byte> requestHead) =>
        !RequestHead.TryParse(requestHead, out var head) || head.Path.SequenceEqual("/"u8) ? "/" : Encoding.UTF8.GetString(head.Path);

    /// <summary>
    /// The client's address: the peer's own, or, when the peer is a trusted proxy, the last one in X-Forwarded-For that is no trusted proxy
    /// (what stands before it the client may have made up), else X-Real-IP. Its port is not known then: 0.
    /// </summary>
    public static IPEndPoint ClientOf(ReadOnlySpan<byte> requestHead, IPEndPoint peer, IReadOnlyList<IPNetwork> trusted)
    {
        if (trusted.Count == 0 || !IsTrusted(peer.Address, trusted) || !RequestHead.TryParse(requestHead, out var head))
        {
            return peer;
        }

        var hops = new List<IPAddress?>();
        foreach (var header in head)
        {
            if (Ascii.EqualsIgnoreCase(header.Name, "X-Forwarded-For"))
            {
                AddHops(header.Value, hops);
            }
        }

        if (hops.Count == 0 && head.TryGetHeader("X-Real-IP"u8, out var real))
        {
            AddHops(real, hops);
        }

        var client = peer.Address;
        for (var i = hops.Count - 1; i >= 0 && IsTrusted(client, trusted) && hops[i] is { } hop; i--)
        {
            client = hop;
        }

        return ReferenceEquals(client, peer.Address) ? peer : new IPEndPoint(client, 0);
    }

    /// <summary>The address is one of a proxy that is believed.</summary>
    public static bool IsTrusted(IPAddress address, IReadOnlyList<IPNetwork> trusted)
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

    // What is no address becomes null, and ends the walk: what stands before it came through something unknown.
    private static void AddHops(ReadOnlySpan<byte> value, List<IPAddress?> hops)
    {
        foreach (var range in value.Split((byte)','))
        {
            hops.Add(Parse(value[range].Trim(" \t"u8)));
        }
    }

    // "1.2.3.4", "2001:db8::1", and with a port "1.2.3.4:5" or "[2001:db8::1]:5", as some balancers write it.
    private static IPAddress? Parse(ReadOnlySpan<byte> text)
    {
        Span<char> chars = stackalloc char[64];
        if (text.Length > chars.Length || !Encoding.ASCII.TryGetChars(text, chars, out var count))
        {
            return null;
        }

        return IPEndPoint.TryParse(chars[..count], out var endPoint) ? endPoint.Address : null;
    }
}
