using System.Net;

namespace Portico.Hosting.Proxies;

/// <summary>
/// Which peers are proxies that may name the client's address, and in which single place they do. A proxy overwrites the place that it
/// was set up for and passes on the others as the client sent them, so no second place is looked at. Thread-safe.
/// </summary>
/// <param name="source">Where the address stands.</param>
/// <param name="proxies">Networks of the proxies; peers outside of them are clients themselves.</param>
public sealed class ClientAddressRule(ClientAddressSource source, IReadOnlyList<IPNetwork> proxies)
{
    /// <summary>No proxy: the address is the peer's.</summary>
    public static readonly ClientAddressRule None = new(ClientAddressSource.Peer, []);

    /// <summary>Where the address stands.</summary>
    public ClientAddressSource Source => source;

    /// <summary>Networks of the proxies.</summary>
    public IReadOnlyList<IPNetwork> Proxies => proxies;

    /// <summary>The HTTP header that holds the address; null when it is in none.</summary>
    public string? Header => source switch
    {
        ClientAddressSource.XForwardedFor => "X-Forwarded-For",
        ClientAddressSource.XRealIp => "X-Real-IP",
        _ => null,
    };

    /// <summary>The address is one of a trusted proxy.</summary>
    public bool IsTrusted(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = Plain(address);
        for (var i = 0; i < proxies.Count; i++)
        {
            if (proxies[i].Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The client's address behind a trusted proxy, from the lines of <see cref="Header"/> as they came; null when the header is missing or names
    /// no address. Of X-Forwarded-For the last entry counts that is no trusted proxy: what stands left of it may be made up. X-Real-IP must
    /// stand there once.
    /// </summary>
    public IPAddress? ClientOf(IReadOnlyList<string?> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        if (source == ClientAddressSource.XRealIp)
        {
            return lines.Count == 1 ? Parse(lines[0]) : null;
        }

        IPAddress? client = null;
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            var line = lines[i].AsSpan();
            while (!line.IsEmpty)
            {
                var comma = line.LastIndexOf(',');
                if (Parse(line[(comma + 1)..]) is not { } hop)
                {
                    // It came through something unknown: the last known address stands.
                    return client;
                }

                client = hop;
                if (!IsTrusted(hop))
                {
                    return client;
                }

                line = comma < 0 ? default : line[..comma];
            }
        }

        return client;
    }

    // "1.2.3.4", "2001:db8::1", and with a port "1.2.3.4:5" or "[2001:db8::1]:5", as some balancers write it.
    private static IPAddress? Parse(ReadOnlySpan<char> text) => IPEndPoint.TryParse(text.Trim(" \t"), out var endPoint) ? Plain(endPoint.Address) : null;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
