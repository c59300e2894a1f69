using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.Configuration;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Hosting.Proxies;

namespace Portico.Gateway.Hosting;

/// <summary>Reads <c>Gateway:Listen</c>.</summary>
internal static class ListenOptionsReader
{
    private const string Example = "must be an address like websocket://0.0.0.0:8282, wss://0.0.0.0:8443, text://127.0.0.1:8283 or frame://127.0.0.1:8284.";
    private const string DefaultUrl = "websocket://0.0.0.0:8282";

    /// <summary>Every listener; faults are noted.</summary>
    public static List<ListenOptions> Read(OptionReader reader)
    {
        var interval = reader.Number("Gateway:PingInterval", 25, 0, 24 * 60 * 60);
        var limit = reader.Number("Gateway:PingNotResponseLimit", 2, 0, 1000);
        var compression = reader.Flag("Gateway:Compression", fallback: true);
        var sections = reader.List("Gateway:Listen");
        if (sections.Count == 0)
        {
            _ = TryParse(DefaultUrl, out var protocol, out var endPoint, out _);
            return [new ListenOptions {
                Url = DefaultUrl,
                Protocol = protocol,
                EndPoint = endPoint,
                PingInterval = interval,
                PingNotResponseLimit = limit,
                Compression = compression
            }];
        }

        var listeners = new List<ListenOptions>();
        foreach (var section in sections)
        {
            if (ReadOne(reader, section, interval, limit, compression) is not { } listener)
            {
                continue;
            }

            if (listener.EndPoint.Port != 0 && listeners.Exists(other => other.EndPoint.Equals(listener.EndPoint)))
            {
                reader.Faults.Add(section.Path, listener.Url, "is listed twice.");
            }

            listeners.Add(listener);
        }

        return listeners;
    }

    private static ListenOptions? ReadOne(OptionReader reader, IConfigurationSection section, int interval, int limit, bool compression)
    {
        var key = section.Value is null ? section.Path + ":Url" : section.Path;
        var url = section.Value ?? section["Url"];
        if (url is null || !TryParse(url, out var protocol, out var endPoint, out var secure))
        {
            reader.Faults.Add(key, url, Example);
            return null;
        }

        var clientAddress = Proxies(reader, section, url, protocol);
        var listener = new ListenOptions
        {
            Url = url,
            Protocol = protocol,
            EndPoint = endPoint,
            PingInterval = reader.Number(section.Path + ":PingInterval", interval, 0, 24 * 60 * 60),
            PingNotResponseLimit = reader.Number(section.Path + ":PingNotResponseLimit", limit, 0, 1000),
            PingData = reader.Text(section.Path + ":PingData"),
            Certificate = reader.Text(section.Path + ":Certificate"),
            CertificateKey = reader.Text(section.Path + ":CertificateKey"),
            CertificatePassword = reader.Text(section.Path + ":CertificatePassword"),
            Compression = reader.Flag(section.Path + ":Compression", compression),
            ContextTakeover = reader.Flag(section.Path + ":ContextTakeover", fallback: false),
            WindowBits = reader.Number(section.Path + ":WindowBits", 15, 8, 15),
            Subprotocols = Subprotocols(reader, section),
            Origins = [.. reader.List(section.Path + ":Origins").Select(origin => origin.Value ?? string.Empty)],
            TrustedProxies = clientAddress.Proxies,
            ClientAddressFrom = clientAddress.Source,
        };
        CheckFiles(reader, section, listener, secure);
        return listener;
    }

    private static void CheckFiles(OptionReader reader, IConfigurationSection section, ListenOptions listener, bool secure)
    {
        if (secure && listener.Certificate is null)
        {
            reader.Faults.Add(
                section.Path + ":Certificate",
                null,
                $"{listener.Url} needs a certificate (PEM or PFX file); write the entry as a section with Url and Certificate.");
        }

        foreach (var (name, file) in new[] { ("Certificate", listener.Certificate), ("CertificateKey", listener.CertificateKey) })
        {
            if (file is not null && !File.Exists(file))
            {
                reader.Faults.Add($"{section.Path}:{name}", file, "must be a file that exists and can be read.");
            }
        }
    }

    private static List<string> Subprotocols(OptionReader reader, IConfigurationSection section)
    {
        var names = reader.List(section.Path + ":Subprotocols");
        foreach (var name in names.Where(name => !HttpSyntax.IsToken(Encoding.UTF8.GetBytes(name.Value ?? string.Empty))))
        {
            reader.Faults.Add(name.Path, name.Value, "must be a name without blanks and commas, like portico.v1.");
        }

        return names.Count == 0 ? ["portico.v1"] : [.. names.Select(name => name.Value ?? string.Empty)];
    }

    private static ClientAddressRule Proxies(OptionReader reader, IConfigurationSection section, string url, ListenerProtocol protocol)
    {
        var rule = ClientAddressReader.Read(section, readsProxyProtocol: true, reader.Faults);
        if (rule.Header is { } header && protocol != ListenerProtocol.WebSocket)
        {
            reader.Faults.Add(
                section.Path + ":ClientAddressFrom", section["ClientAddressFrom"], $"{url} carries no header {header}: use proxy (PROXY protocol) or peer.");
        }

        return rule;
    }

    private static bool TryParse(string url, out ListenerProtocol protocol, out IPEndPoint endPoint, out bool secure)
    {
        protocol = default;
        secure = false;
        endPoint = new IPEndPoint(IPAddress.None, 0);
        var parts = url.Split("://");
        var colon = parts.Length == 2 ? parts[1].LastIndexOf(':') : -1;
        if (colon < 1
            || !int.TryParse(parts[1].AsSpan(colon + 1).TrimEnd('/'), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > 65535
            || !OptionReader.TryAddress(parts[1][..colon].Trim('[', ']'), out var address))
        {
            return false;
        }

        endPoint = new IPEndPoint(address, port);
        secure = parts[0] == "wss";
        ListenerProtocol? known = parts[0] switch
        {
            "websocket" or "ws" or "wss" => ListenerProtocol.WebSocket,
            "text" => ListenerProtocol.Text,
            "frame" => ListenerProtocol.Length,
            _ => null,
        };
        protocol = known ?? default;
        return known is not null;
    }
}
