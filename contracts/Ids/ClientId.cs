using System.Globalization;

namespace Portico.Contracts.Ids;

/// <summary>
/// Cluster-wide name of one client connection: the gateway's inner address and the connection's number there. Its text is
/// 20 lowercase hex digits, big-endian: IPv4 (8), port (4), connection number (8); see GatewayWorker protocol, client_id.
/// It is a name, not a capability: it can be forged.
/// </summary>
/// <param name="Gateway">The gateway that holds the connection.</param>
/// <param name="ConnectionId">The connection's number in that gateway, 1 to 4294967295.</param>
public readonly record struct ClientId(GatewayAddress Gateway, uint ConnectionId)
{
    /// <summary>Length of the text in characters.</summary>
    public const int TextLength = 20;

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Gateway.Ip:x8}{Gateway.Port:x4}{ConnectionId:x8}");

    /// <summary>Writes the 20 digits; false when <paramref name="destination"/> is shorter.</summary>
    public bool TryFormat(Span<char> destination) =>
        destination.TryWrite(CultureInfo.InvariantCulture, $"{Gateway.Ip:x8}{Gateway.Port:x4}{ConnectionId:x8}", out _);

    /// <summary>Reads 20 hex digits of either case; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ClientId id)
    {
        id = default;
        if (text.Length != TextLength
            || !uint.TryParse(text[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var ip)
            || !ushort.TryParse(text[8..12], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port)
            || !uint.TryParse(text[12..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var connection))
        {
            return false;
        }

        id = new ClientId(new GatewayAddress(ip, port), connection);
        return true;
    }

    /// <summary>Reads 20 hex digits of either case.</summary>
    /// <exception cref="FormatException">The text is not a client id.</exception>
    public static ClientId Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var id) ? id : throw new FormatException($"'{text}' is not a client_id of 20 hex digits.");
}
