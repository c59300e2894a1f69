using System.Net;
using Microsoft.Extensions.Configuration;
using Portico.Client;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Hosting.Proxies;
using Portico.Hosting.Secrets;
using Portico.Hosting.Tls;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Hosting;

/// <summary>Configuration to <see cref="WebApiOptions"/>; every fault is noted with its key, its value and what would be right.</summary>
internal static class WebApiOptionsReader
{
    /// <summary>Reads and checks everything.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; it names all of it.</exception>
    public static WebApiOptions Read(IConfiguration configuration)
    {
        var faults = new ConfigurationFaults();
        var reader = new OptionReader(configuration, faults);
        var data = reader.Text("DataFolder") ?? "data";
        var tls = TlsOptionsReader.Read(configuration, faults);
        var secrets = new SecretReader(configuration, faults);
        var inner = Inner(reader);
        var options = new WebApiOptions
        {
            Listen = Listen(reader),
            InnerListen = inner,
            Registers = Registers(reader, tls),
            Store = Store(reader, data),
            OldTables = OldTables(reader),
            ApiKeys = secrets.ApiKeys(),
            TokenSecrets = secrets.TokenSecrets(),
            SecretKey = new RpcSecretKey(secrets.SecretKeys(IPAddress.IsLoopback(inner.Address) ? null : $"WebApi:InnerListen ({inner})")),
            Tls = tls,
            CodeKeys = secrets.CodeKeys(),
            DataFolder = data,
            UploadFolder = reader.Text("WebApi:UploadFolder") ?? Path.Combine(data, "upload"),
            TimeZone = Zone(reader),
            AllowedOrigins = Origins(reader),
            AllowedHosts = reader.List("WebApi:AllowedHosts"),
            ClientAddress = ClientAddressReader.Read(configuration.GetSection("WebApi"), readsProxyProtocol: false, faults),
            CardFields = CardFields(reader),
            Demo = reader.Flag("WebApi:Demo"),
            ClientUrl = ClientUrl(reader),
            WeChat = WeChat(reader),
            Pages = PagesOptionsReader.Read(reader, configuration),
            Service = reader.Service(),
            Limits = WebApiLimitsReader.Read(reader),
            StoreLimits = WebApiLimitsReader.ReadWriter(reader),
        };
        CheckReach(options, faults);
        faults.ThrowIfAny();
        return options;
    }

    private static void CheckReach(WebApiOptions options, ConfigurationFaults faults)
    {
        if (!options.IsLoopback)
        {
            if (options.ApiKeys.Count == 0)
            {
                faults.Add(
                    "WebApi:ApiKeys:0",
                    null,
                    $"WebApi:Listen is not loopback, so backends must show a key: set one of {SecretReader.ShortestApiKey} characters or more, best "
                        + "as WebApi:ApiKeysFile.");
            }

            if (options.TokenSecrets.Count == 0)
            {
                faults.Add(
                    "TokenSecret",
                    null,
                    $"WebApi:Listen is not loopback, so browsers must show a user token: set a secret of {SecretReader.ShortestTokenSecret} "
                        + "characters or more, best as TokenSecretFile.");
            }

            if (options.Demo)
            {
                faults.Add("WebApi:Demo", "true", "gives a token to everybody who asks, so every WebApi:Listen must be loopback.");
            }
        }
    }

    private static List<ListenUrl> Listen(OptionReader reader)
    {
        var urls = new List<ListenUrl>();
        foreach (var text in reader.List("WebApi:Listen"))
        {
            if (ListenUrl.TryParse(text) is { } url)
            {
                urls.Add(url);
            }
            else
            {
                reader.Faults.Add("WebApi:Listen", text, "must be like http://127.0.0.1:8080 (TLS is a proxy's work).");
            }
        }

        return urls.Count > 0 ? urls : [new ListenUrl("127.0.0.1", 8080)];
    }

    private static IPEndPoint Inner(OptionReader reader)
    {
        var fallback = new IPEndPoint(IPAddress.Loopback, 8081);
        var text = reader.Text("WebApi:InnerListen");
        if (text is null || (IPEndPoint.TryParse(text, out var parsed) && text.Contains(':', StringComparison.Ordinal)))
        {
            return text is null ? fallback : IPEndPoint.Parse(text);
        }

        reader.Faults.Add("WebApi:InnerListen", text, "must be an address and a port like 127.0.0.1:8081.");
        return fallback;
    }

    private static List<string> Registers(OptionReader reader, TlsOptions tls)
    {
        var registers = new List<string>();
        foreach (var text in reader.Registers("WebApi:RegisterAddress"))
        {
            // GatewayWorker's protocol has no TLS.
            var isGrpc = !text.StartsWith(RegisterWatcherOptions.GatewayWorkerScheme, StringComparison.Ordinal);
            var (address, expected) = tls.Read(isGrpc ? text : "http://" + text[RegisterWatcherOptions.GatewayWorkerScheme.Length..]);
            if (address is null)
            {
                reader.Faults.Add("WebApi:RegisterAddress", text, expected);
            }
            else
            {
                registers.Add(isGrpc ? TlsOptions.Text(address) : text);
            }
        }

        return registers.Count > 0 ? registers : [tls.IsConfigured ? "https://127.0.0.1:1238" : "127.0.0.1:1238"];
    }

    private static KeepMode OldTables(OptionReader reader)
    {
        switch (reader.Text("WebApi:OldTables"))
        {
            case null or "auto":
                return KeepMode.Auto;
            case "on":
                return KeepMode.On;
            case "off":
                return KeepMode.Off;
            case var other:
                reader.Faults.Add("WebApi:OldTables", other, "must be auto, on or off.");
                return KeepMode.Auto;
        }
    }

    private static (string Kind, string Place) Store(OptionReader reader, string dataFolder)
    {
        var text = reader.Text("WebApi:Store");
        var colon = text?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        if (text is null || text == "sqlite:")
        {
            return ("sqlite", Path.Combine(dataFolder, "portico.db"));
        }

        var (kind, place) = colon > 0 ? (text[..colon], text[(colon + 1)..]) : (text, "");
        switch (kind)
        {
            case "sqlite" when place.Length > 0:
                return (kind, place);
            case "mysql" when MySqlSettings.FaultOf(place) is null:
                return (kind, place);
            case "mysql" when MySqlSettings.FaultOf(place) is { } fault:
                reader.Faults.Add("WebApi:Store", "(not shown)", fault);
                return ("sqlite", "");
            default:
                reader.Faults.Add(
                    "WebApi:Store", "(not shown)", "must be sqlite:<file> or mysql:<connection string> (like Server=…;Database=…;User ID=…;Password=…).");
                return ("sqlite", "");
        }
    }

    private static TimeZoneInfo Zone(OptionReader reader)
    {
        var name = reader.Text("TimeZone");
        if (name is null)
        {
            return TimeZoneInfo.Local;
        }

        if (TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone))
        {
            return zone;
        }

        reader.Faults.Add("TimeZone", name, "must be a time zone of this machine like Asia/Shanghai or UTC.");
        return TimeZoneInfo.Utc;
    }

    private static IReadOnlyList<string> Origins(OptionReader reader)
    {
        var origins = reader.List("WebApi:AllowedOrigins");
        foreach (var origin in origins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https")
                || uri.GetLeftPart(UriPartial.Authority) != origin)
            {
                reader.Faults.Add("WebApi:AllowedOrigins", origin, "must be an origin like https://shop.example, without a path.");
            }
        }

        return origins;
    }

    private static IReadOnlyList<string> CardFields(OptionReader reader)
    {
        var fields = reader.List("WebApi:CardFields");
        foreach (var field in fields.Where(ProductCard.Forbidden.Contains))
        {
            reader.Faults.Add("WebApi:CardFields", field, "must be a field that buyers may see.");
        }

        return fields.Count > 0 ? fields : ["id", "title", "image", "url"];
    }

    private static string? ClientUrl(OptionReader reader)
    {
        var text = reader.Text("WebApi:ClientUrl");
        if (text is not null && (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("ws" or "wss")))
        {
            reader.Faults.Add("WebApi:ClientUrl", text, "must be where browsers reach the gateway, like wss://chat.example:8282/.");
        }

        return text;
    }

    private static WeChatOptions WeChat(OptionReader reader)
    {
        var text = reader.Text("WebApi:WeChat:BaseAddress") ?? "https://api.weixin.qq.com";
        if (!Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            reader.Faults.Add("WebApi:WeChat:BaseAddress", text, "must be an address like https://api.weixin.qq.com.");
            address = new Uri("https://api.weixin.qq.com/");
        }

        return new WeChatOptions(address, reader.Text("WebApi:WeChat:Token"), reader.Text("WebApi:WeChat:TokenFile"));
    }
}
