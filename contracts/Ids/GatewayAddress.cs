using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Portico.Contracts.Ids;

/// <summary>
/// Inner address of a gateway as peers know it and as it stands in every <see cref="ClientId"/>: IPv4 and port
/// (GatewayWorker protocol, client_id). Its text is a dotted quad without leading zeros, a colon and a port from 1 to 65535.
/// </summary>
/// <param name="Ip">The IPv4 address as a big-endian number: 127.0.0.1 is 0x7F000001.</param>
/// <param name="Port">The inner port.</param>
public readonly record struct GatewayAddress(uint Ip, ushort Port)
{
    /// <summary>The address for dialling.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> octets = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(octets, Ip);
        return new IPEndPoint(new IPAddress(octets), Port);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Ip >> 24}.{(Ip >> 16) & 255}.{(Ip >> 8) & 255}.{Ip & 255}:{Port}");

    /// <summary>Reads "a.b.c.d:port"; false for anything else (names, IPv6, leading zeros, port 0).</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out GatewayAddress address)
    {
        address = default;
        var colon = text.IndexOf(':');
        if (colon < 0
            || !ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port == 0
            || !IPAddress.TryParse(text[..colon], out var ip)
            || ip.AddressFamily != AddressFamily.InterNetwork)
        {
            return false;
        }

        Span<byte> octets = stackalloc byte[4];
        _ = ip.TryWriteBytes(octets, out _);
        var parsed = new GatewayAddress(BinaryPrimitives.ReadUInt32BigEndian(octets), port);

        // IPAddress also reads "1", "127.1" and octal; what does not print the same is not an address here.
        if (!text.SequenceEqual(parsed.ToString()))
        {
            return false;
        }

        address = parsed;
        return true;
    }

    /// <summary>Reads "a.b.c.d:port".</summary>
    /// <exception cref="FormatException">The text is not such an address.</exception>
    public static GatewayAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an address like 127.0.0.1:2900.");
}
