namespace Portico.Gateway.Protocols.WebSocket.Deflate;

/// <summary>Reads Sec-WebSocket-Extensions and takes the first offer of permessage-deflate that is valid and can be kept (RFC 7692 section 7.1).</summary>
internal static class ExtensionOffers
{
    /// <summary>Goes through the offers of one header line.</summary>
    /// <returns>Null when there is none to take.</returns>
    public static DeflateAgreement? Accept(ReadOnlySpan<byte> offers, DeflateSettings ours)
    {
        if (!ZLib.IsAvailable)
        {
            return null;
        }

        while (TryNext(ref offers, (byte)',', out var offer))
        {
            // A semicolon announces a parameter.
            if (!offer.EndsWith(";"u8)
                && TryNext(ref offer, (byte)';', out var name)
                && name.SequenceEqual("permessage-deflate"u8)
                && Offer.TryParse(offer, out var terms)
                && Agree(terms, ours) is { } agreement)
            {
                return agreement;
            }
        }

        return null;
    }

    private static DeflateAgreement? Agree(Offer offer, DeflateSettings ours)
    {
        var serverBits = offer.ServerBits == 0 ? ours.ServerWindowBits : Math.Min(offer.ServerBits, ours.ServerWindowBits);
        var room = ours.HasRoom;
        var nameServerBits = offer.ServerBits != 0 || serverBits != DeflateAgreement.FullWindow;

        // The client's window may be named only to a client that said it can choose one, and never above what it said.
        var limit = offer.ClientBits == 0 ? DeflateAgreement.FullWindow : offer.ClientBits;
        var nameClientBits = offer.ClientBitsOffered && ours.ClientWindowBits < limit;
        return DeflateAgreement.For(
            room && ours.ServerContextTakeover && !offer.ServerNoTakeover,
            room && ours.ClientContextTakeover && !offer.ClientNoTakeover,
            nameServerBits ? serverBits : 0,
            nameClientBits ? ours.ClientWindowBits : 0);
    }

    // Separators inside quotes do not separate.
    private static bool TryNext(ref ReadOnlySpan<byte> list, byte separator, out ReadOnlySpan<byte> item)
    {
        item = default;
        if (list.IsEmpty)
        {
            return false;
        }

        var quoted = false;
        var at = 0;
        for (; at < list.Length && (quoted || list[at] != separator); at++)
        {
            if (list[at] == '"')
            {
                quoted = !quoted;
            }
            else if (quoted && list[at] == '\\')
            {
                at++;
            }
        }

        at = Math.Min(at, list.Length);
        item = HttpSyntax.Trim(list[..at]);
        list = at < list.Length ? list[(at + 1)..] : default;
        return true;
    }

    /// <summary>The parameters of one offer; 0 for a window that is not named.</summary>
    private record struct Offer(bool ServerNoTakeover, bool ClientNoTakeover, int ServerBits, bool ClientBitsOffered, int ClientBits)
    {
        public static bool TryParse(ReadOnlySpan<byte> parameters, out Offer offer)
        {
            offer = default;
            while (TryNext(ref parameters, (byte)';', out var parameter))
            {
                var equals = parameter.IndexOf((byte)'=');
                var name = HttpSyntax.Trim(equals < 0 ? parameter : parameter[..equals]);
                var value = equals < 0 ? default : Unquote(HttpSyntax.Trim(parameter[(equals + 1)..]));
                if (!offer.Take(name, equals >= 0, value))
                {
                    return false;
                }
            }

            return true;
        }

        // Unknown, repeated and malformed parameters spoil the whole offer (section 7.1).
        private bool Take(ReadOnlySpan<byte> name, bool hasValue, ReadOnlySpan<byte> value)
        {
            if (name.SequenceEqual("server_no_context_takeover"u8))
            {
                var first = !ServerNoTakeover && !hasValue;
                ServerNoTakeover = true;
                return first;
            }

            if (name.SequenceEqual("client_no_context_takeover"u8))
            {
                var first = !ClientNoTakeover && !hasValue;
                ClientNoTakeover = true;
                return first;
            }

            if (name.SequenceEqual("server_max_window_bits"u8))
            {
                var first = ServerBits == 0;
                ServerBits = Bits(value);
                return first && ServerBits != 0;
            }

            if (name.SequenceEqual("client_max_window_bits"u8))
            {
                var first = !ClientBitsOffered;
                ClientBitsOffered = true;
                ClientBits = hasValue ? Bits(value) : 0;
                return first && (!hasValue || ClientBits != 0);
            }

            return false;
        }

        private static int Bits(ReadOnlySpan<byte> value) => value switch
        {
            [var one and (>= (byte)'8' and <= (byte)'9')] => one - '0',
            [(byte)'1', var one and (>= (byte)'0' and <= (byte)'5')] => 10 + one - '0',
            _ => 0,
        };

        private static ReadOnlySpan<byte> Unquote(ReadOnlySpan<byte> value) =>
            value is [(byte)'"', .., (byte)'"'] ? value[1..^1] : value;
    }
}
