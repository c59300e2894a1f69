using System.Globalization;
using System.Net;
using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Links.GatewayWorker;

/// <summary>Where a client came from, as far as packets tell it.</summary>
internal static class PacketOrigin
{
    private const string HeaderPrefix = "HTTP_";

    /// <summary>From a packet's header alone. Path "" is one that nobody knows.</summary>
    public static void Fill(ref ClientStateView state, in PacketHeader header, string scheme, string path)
    {
        state.HasOrigin = true;
        state.RemoteAddress = header.ClientIp == 0 ? default : Bytes(Address(header.ClientIp));
        state.RemotePort = header.ClientPort;
        state.ListenerPort = header.GatewayPort;
        state.Listener = Bytes(string.Create(CultureInfo.InvariantCulture, $"{scheme}://0.0.0.0:{header.GatewayPort}"));
        state.Path = Bytes(path);
    }

    /// <summary>From the request that a handshake's body shows (protocol section 2.8).</summary>
    public static void FillHandshake(ref ClientStateView state, in Packet packet)
    {
        Fill(ref state, packet.Header, "websocket", "");
        if (!PhpSerialize.TryParse(packet.Body, out var value) || value.AsArray()?["server"].AsArray() is not { } server)
        {
            return;
        }

        var target = server["REQUEST_URI"].AsString() ?? "";
        var question = target.IndexOf('?', StringComparison.Ordinal);
        state.Path = Bytes(question < 0 ? target : target[..question]);
        state.Handshake = Bytes(Head(server, target));
        if (server["REMOTE_ADDR"].AsString() is { } address && IPAddress.TryParse(address, out _))
        {
            // The header has no room for IPv6.
            state.RemoteAddress = Bytes(address);
        }
    }

    private static string Head(PhpArray server, string target)
    {
        var head = new StringBuilder();
        head.Append(server["REQUEST_METHOD"].AsString() ?? "GET").Append(' ').Append(target).Append(' ').Append(server["SERVER_PROTOCOL"].AsString()
            ?? "HTTP/1.1").Append("\r\n");
        foreach (var (key, value) in server)
        {
            var name = key.ToString();
            if (name.StartsWith(HeaderPrefix, StringComparison.Ordinal) && value.AsString() is { } text && text.AsSpan().IndexOfAny('\r', '\n') < 0)
            {
                head.Append(name[HeaderPrefix.Length..].Replace('_', '-')).Append(": ").Append(text).Append("\r\n");
            }
        }

        return head.Append("\r\n").ToString();
    }

    private static string Address(uint ip) =>
        string.Create(CultureInfo.InvariantCulture, $"{ip >> 24}.{(ip >> 16) & 255}.{(ip >> 8) & 255}.{ip & 255}");

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
