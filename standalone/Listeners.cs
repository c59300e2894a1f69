using System.Net;
using Microsoft.Extensions.Configuration;
using Portico.Hosting;

namespace Portico.Standalone;

/// <summary>Whether the configured listeners can be reached from other machines.</summary>
internal static class Listeners
{
    private static readonly string[] Keys =
        ["Register:Listen", "Gateway:InnerListen", "Gateway:LanIp", "WebApi:Listen", "WebApi:InnerListen", "Gateway:Listen"];

    /// <summary>True when every listener, client listeners too, is on a loopback address.</summary>
    public static bool AreAllLoopback(IConfiguration configuration)
    {
        var addresses = Keys.SelectMany(configuration.Entries).Select(entry => entry.Value ?? entry["Url"])
            .Where(address => !string.IsNullOrEmpty(address));
        return addresses.All(address => IsLoopback(address!));
    }

    /// <summary>The address of the first WebSocket listener as browsers write it; null when there is none.</summary>
    public static string? FirstWebSocket(IConfiguration configuration)
    {
        foreach (var entry in configuration.GetSection("Gateway:Listen").GetChildren())
        {
            var address = entry.Value is { Length: > 0 } text ? text : entry["Url"] ?? "";
            foreach (var (scheme, browser) in (ReadOnlySpan<(string, string)>)[("websocket://", "ws://"), ("ws://", "ws://"), ("wss://", "wss://")])
            {
                if (address.StartsWith(scheme, StringComparison.Ordinal))
                {
                    return browser + address[scheme.Length..].TrimEnd('/') + "/";
                }
            }
        }

        return null;
    }

    /// <summary>How this machine reaches what listens on an address: one that means all addresses becomes loopback.</summary>
    public static string? Reachable(string? listen)
    {
        foreach (var (all, loopback) in (ReadOnlySpan<(string, string)>)[("0.0.0.0:", "127.0.0.1:"), ("*:", "127.0.0.1:"), ("[::]:", "[::1]:")])
        {
            if (listen?.StartsWith(all, StringComparison.Ordinal) == true)
            {
                return loopback + listen[all.Length..];
            }
        }

        return listen;
    }

    private static bool IsLoopback(string address)
    {
        var host = address.Contains("://", StringComparison.Ordinal) ? address[(address.IndexOf("://", StringComparison.Ordinal) + 3)..] : address;
        host = host.TrimEnd('/');
        var end = host.StartsWith('[') ? host.IndexOf(']') + 1 : host.LastIndexOf(':');
        host = (end > 0 ? host[..end] : host).Trim('[', ']');
        return host == "localhost" || (IPAddress.TryParse(host, out var ip) && IPAddress.IsLoopback(ip));
    }
}
