using System.Globalization;
using System.Text;

namespace Portico.Gateway.Protocols.WebSocket.Deflate;

/// <summary>What a client and we agreed on for permessage-deflate. There are few, each is made once.</summary>
internal sealed class DeflateAgreement
{
    /// <summary>The largest window of the format, as a power of two.</summary>
    public const int FullWindow = 15;

    /// <summary>The smallest window of the format.</summary>
    public const int SmallestWindow = 8;

    private const int Windows = FullWindow + 1;

    // Two threads may make the same one at once; either will do.
    private static readonly DeflateAgreement?[] All = new DeflateAgreement?[4 * Windows * Windows];

    private readonly byte[] _answer;

    private DeflateAgreement(bool serverTakeover, bool clientTakeover, int serverBits, int clientBits)
    {
        ServerTakeover = serverTakeover;
        ClientTakeover = clientTakeover;
        ServerWindowBits = serverBits == 0 ? FullWindow : serverBits;
        var answer = new StringBuilder("permessage-deflate")
            .Append(serverTakeover ? "" : "; server_no_context_takeover")
            .Append(clientTakeover ? "" : "; client_no_context_takeover");
        if (serverBits != 0)
        {
            answer.Append(CultureInfo.InvariantCulture, $"; server_max_window_bits={serverBits}");
        }

        if (clientBits != 0)
        {
            answer.Append(CultureInfo.InvariantCulture, $"; client_max_window_bits={clientBits}");
        }

        _answer = Encoding.ASCII.GetBytes(answer.ToString());
    }

    /// <summary>Our window lives on from message to message.</summary>
    public bool ServerTakeover { get; }

    /// <summary>The client's window lives on from message to message.</summary>
    public bool ClientTakeover { get; }

    /// <summary>Our window as a power of two.</summary>
    public int ServerWindowBits { get; }

    /// <summary>What we send has no history and the usual window: one client's bytes are every client's.</summary>
    public bool CanShare => !ServerTakeover && ServerWindowBits == FullWindow;

    /// <summary>Value of our Sec-WebSocket-Extensions header.</summary>
    public ReadOnlySpan<byte> Answer => _answer;

    /// <summary>The agreement with these terms.</summary>
    /// <param name="serverTakeover">See <see cref="ServerTakeover"/>.</param>
    /// <param name="clientTakeover">See <see cref="ClientTakeover"/>.</param>
    /// <param name="serverBits">Our window when the answer names it, else 0.</param>
    /// <param name="clientBits">The client's window when the answer names it, else 0.</param>
    public static DeflateAgreement For(bool serverTakeover, bool clientTakeover, int serverBits, int clientBits)
    {
        var index = (serverTakeover ? 2 : 0) + (clientTakeover ? 1 : 0);
        return All[(((index * Windows) + serverBits) * Windows) + clientBits]
            ??= new DeflateAgreement(serverTakeover, clientTakeover, serverBits, clientBits);
    }
}
