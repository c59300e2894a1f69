using System.Buffers.Binary;
using System.Buffers.Text;
using System.Net;

namespace Portico.Gateway.Protocols.Proxies;

/// <summary>
/// What a proxy puts before the bytes of a client to say who that is: PROXY protocol, version 1 (a line of text) and 2 (binary), as
/// HAProxy defined them. Whether the proxy is to be believed the caller must know.
/// </summary>
internal static class ProxyHeader
{
    /// <summary>
    /// Longest header taken. The addresses need 107 bytes in version 1 and 52 in version 2; the rest is for what cloud balancers add to
    /// the latter.
    /// </summary>
    public const int MaxSize = 2048;

    private const int MaxLine = 107;
    private const int FixedSize = 16;
    private const byte Local = 0x20;
    private const byte Proxied = 0x21;
    private const byte Tcp4 = 0x11;
    private const byte Tcp6 = 0x21;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    private static ReadOnlySpan<byte> LineStart => "PROXY "u8;

    /// <summary>Reads a header from the very first bytes of a connection.</summary>
    /// <param name="input">All that came so far.</param>
    /// <param name="client">Present: the client, or null when the proxy speaks for itself (health checks) or of no address of ours.</param>
    /// <param name="consumed">Present: size of the header; else 0.</param>
    public static ProxyHeaderStatus TryRead(ReadOnlySpan<byte> input, out IPEndPoint? client, out int consumed)
    {
        client = null;
        consumed = 0;
        if (StartsAs(input, LineStart))
        {
            return input.Length < LineStart.Length ? ProxyHeaderStatus.NeedMore : TryLine(input, out client, out consumed);
        }

        if (StartsAs(input, Signature))
        {
            return input.Length < FixedSize ? ProxyHeaderStatus.NeedMore : TryBinary(input, out client, out consumed);
        }

        return ProxyHeaderStatus.Absent;
    }

    private static bool StartsAs(ReadOnlySpan<byte> input, ReadOnlySpan<byte> start) =>
        input.Length < start.Length ? start.StartsWith(input) : input.StartsWith(start);

    private static ProxyHeaderStatus TryLine(ReadOnlySpan<byte> input, out IPEndPoint? client, out int consumed)
    {
        client = null;
        consumed = 0;
        var end = input[..Math.Min(input.Length, MaxLine)].IndexOf("\r\n"u8);
        if (end < 0)
        {
            return input.Length < MaxLine ? ProxyHeaderStatus.NeedMore : ProxyHeaderStatus.Malformed;
        }

        var line = input[LineStart.Length..end];
        var isKnown = line.StartsWith("TCP4 "u8) || line.StartsWith("TCP6 "u8);
        if (!isKnown && !line.SequenceEqual("UNKNOWN"u8) && !line.StartsWith("UNKNOWN "u8))
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (isKnown && !TryAddresses(line[5..], isSix: line[3] == '6', out client))
        {
            return ProxyHeaderStatus.Malformed;
        }

        consumed = end + 2;
        return ProxyHeaderStatus.Present;
    }

    // source, destination, source port, destination port; one blank between, nothing behind
    private static bool TryAddresses(ReadOnlySpan<byte> text, bool isSix, out IPEndPoint? client)
    {
        client = null;
        Span<Range> parts = stackalloc Range[5];
        var count = 0;
        foreach (var part in text.Split((byte)' '))
        {
            if (count == parts.Length)
            {
                return false;
            }

            parts[count++] = part;
        }

        if (count != 4
            || !TryAddress(text[parts[0]], isSix, out var source)
            || !TryAddress(text[parts[1]], isSix, out _)
            || !TryPort(text[parts[2]], out var port)
            || !TryPort(text[parts[3]], out _))
        {
            return false;
        }

        client = new IPEndPoint(source, port);
        return true;
    }

    private static bool TryAddress(ReadOnlySpan<byte> text, bool isSix, out IPAddress address)
    {
        address = IPAddress.None;
        if (isSix)
        {
            // The platform's parser also takes brackets and scopes.
            return text.Contains((byte)':') && !text.ContainsAny("[]%/"u8) && IPAddress.TryParse(text, out address!);
        }

        // And it takes 1, 0x7f.1 and 010.0.0.1 for addresses.
        Span<byte> octets = stackalloc byte[4];
        for (var i = 0; i < octets.Length; i++)
        {
            if (!Utf8Parser.TryParse(text, out octets[i], out var length)
                || (length > 1 && text[0] == '0')
                || (i < 3 && (text.Length <= length || text[length] != '.'))
                || (i == 3 && text.Length != length))
            {
                return false;
            }

            text = i < 3 ? text[(length + 1)..] : default;
        }

        address = new IPAddress(octets);
        return true;
    }

    private static bool TryPort(ReadOnlySpan<byte> text, out ushort port) =>
        Utf8Parser.TryParse(text, out port, out var length) && length == text.Length && (length == 1 || text[0] != '0') && text[0] != '+';

    private static ProxyHeaderStatus TryBinary(ReadOnlySpan<byte> input, out IPEndPoint? client, out int consumed)
    {
        client = null;
        consumed = 0;
        var command = input[12];
        var size = FixedSize + BinaryPrimitives.ReadUInt16BigEndian(input[14..]);
        if (command is not (Local or Proxied) || size > MaxSize)
        {
            return ProxyHeaderStatus.Malformed;
        }

        if (input.Length < size)
        {
            return ProxyHeaderStatus.NeedMore;
        }

        var body = input[FixedSize..size];
        var addressSize = input[13] switch { Tcp4 => 4, Tcp6 => 16, _ => 0 };
        if (command == Proxied && addressSize > 0)
        {
            // Both addresses, then both ports; extensions may follow.
            if (body.Length < 2 * (addressSize + sizeof(ushort)))
            {
                return ProxyHeaderStatus.Malformed;
            }

            client = new IPEndPoint(new IPAddress(body[..addressSize]), BinaryPrimitives.ReadUInt16BigEndian(body[(2 * addressSize)..]));
        }

        consumed = size;
        return ProxyHeaderStatus.Present;
    }
}
