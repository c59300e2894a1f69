using System.Net;
using System.Text;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Hosting.Proxies;

namespace Portico.Gateway.Connections;

/// <summary>What a connection takes from its opening handshake; the codec has checked that it is one.</summary>
internal static class HandshakeHead
{
    /// <summary>The path of the request line, without query.</summary>
    public static string PathOf(ReadOnlySpan<byte> requestHead) =>
        !RequestHead.TryParse(requestHead, out var head) || head.Path.SequenceEqual("/"u8) ? "/" : Encoding.UTF8.GetString(head.Path);

    /// <summary>The client's address as a trusted proxy wrote it into the header that <paramref name="rule"/> names; null when it is not there.</summary>
    public static IPAddress? ClientOf(ReadOnlySpan<byte> requestHead, ClientAddressRule rule)
    {
        if (rule.Header is not { } name || !RequestHead.TryParse(requestHead, out var head))
        {
            return null;
        }

        var lines = new List<string>();
        foreach (var header in head)
        {
            if (Ascii.EqualsIgnoreCase(header.Name, name))
            {
                lines.Add(Encoding.Latin1.GetString(header.Value));
            }
        }

        return rule.ClientOf(lines);
    }
}
