using System.Net;

namespace Portico.WebApi.Hosting;

/// <summary>An address to serve HTTP on.</summary>
internal sealed record ListenUrl(string Host, int Port)
{
    /// <summary>The address to bind; null for every address of the machine.</summary>
    public IPAddress? Address => Host switch
    {
        "localhost" => IPAddress.Loopback,
        "*" or "+" or "0.0.0.0" or "[::]" => null,
        _ => IPAddress.Parse(Host.Trim('[', ']')),
    };

    public bool IsLoopback => Address is { } address && IPAddress.IsLoopback(address);

    /// <summary>Reads "http://address:port"; null for anything else.</summary>
    public static ListenUrl? TryParse(string? text)
    {
        const string Scheme = "http://";
        if (text is null || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var rest = text[Scheme.Length..].TrimEnd('/');
        var colon = rest.LastIndexOf(':');
        if (colon <= 0
            || !ushort.TryParse(
                rest.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        var host = rest[..colon];
        var known = host is "localhost" or "*" or "+" || IPAddress.TryParse(host.Trim('[', ']'), out _);
        return known ? new ListenUrl(host, port) : null;
    }

    public override string ToString() => $"http://{Host}:{Port}";
}
