using System.Security.Cryptography;
using StackExchange.Redis;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// The text of the option <c>Redis</c>: the configuration string of StackExchange.Redis (<c>host:port[,host:port…][,password=…][,user=…]
/// [,ssl=true][,serviceName=…]</c>) and one keyword of our own, <c>certificateAuthority=FILE</c>.
/// </summary>
internal static class RedisAddress
{
    private const string Authority = "certificateAuthority";

    // The library waits 5 s for a connection, tries again after growing pauses and looks once a second. A lookup has 900 ms, and Redis is to be
    // used within 3 s of accepting again.
    private const int ConnectMilliseconds = 1000;
    private const int AnswerMilliseconds = 1000;
    private const int RetryMilliseconds = 500;
    private const int KeepAliveSeconds = 5;

    /// <summary>What is wrong with the text, without its values; null: nothing.</summary>
    public static string? FaultOf(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            return "must be host:port[,host:port][,password=...][,user=...][,ssl=true]; addresses like redis:// or rediss:// are not supported. For "
                + "TLS add ssl=true.";
        }

        try
        {
            return Parse(text).EndPoints.Count > 0 ? null : "must name a server, like 127.0.0.1:6379 or 127.0.0.1:6379,password=....";
        }
        catch (ArgumentException fault)
        {
            return $"must be like 127.0.0.1:6379 or 127.0.0.1:6379,password=...{KeywordOf(fault.Message)}.";
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return $"names a {Authority} that cannot be read as a PEM certificate: {fault.Message}";
        }
    }

    /// <summary>The options of a connection.</summary>
    /// <exception cref="ArgumentException">A keyword is unknown or its value is wrong.</exception>
    /// <exception cref="IOException">The file of the certificate authority cannot be read.</exception>
    /// <exception cref="CryptographicException">It holds no certificate.</exception>
    public static ConfigurationOptions Parse(string text)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var options = ConfigurationOptions.Parse(string.Join(',', parts.Where(part => !IsAuthority(part))), ignoreUnknown: false);
        foreach (var part in parts.Where(IsAuthority))
        {
            options.TrustIssuer(part[(Authority.Length + 1)..]);
        }

        // A Redis that is away at the start is connected to later.
        options.AbortOnConnectFail = false;
        // Without a connection a lookup fails at once; the library's default keeps it for 5 s.
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ConnectTimeout = ConnectMilliseconds;
        options.AsyncTimeout = AnswerMilliseconds;
        options.SyncTimeout = AnswerMilliseconds;
        options.KeepAlive = KeepAliveSeconds;
        options.HeartbeatInterval = TimeSpan.FromMilliseconds(RetryMilliseconds);
        options.ReconnectRetryPolicy = new LinearRetry(RetryMilliseconds);
        options.ClientName = "portico";
        // A key of its own that the library would read to choose between two primaries; a user limited to the session keys may not.
        options.TieBreaker = "";
        return options;
    }

    private static bool IsAuthority(string part) => part.StartsWith(Authority + "=", StringComparison.OrdinalIgnoreCase);

    // The library's message quotes the keyword first; what follows may hold a password.
    private static string KeywordOf(string message) =>
        message.Split('\'') is { Length: > 2 } quoted ? $"; the keyword '{quoted[1]}' is unknown or has a wrong value" : "";
}
