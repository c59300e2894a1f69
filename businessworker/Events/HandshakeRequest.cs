using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Portico.BusinessWorker.Events;

/// <summary>The request that opened a WebSocket, read from its head. Empty for text and frame clients.</summary>
public sealed class HandshakeRequest
{
    private readonly Dictionary<string, StringValues> _headers = new(StringComparer.OrdinalIgnoreCase);
    private IQueryCollection? _query;
    private Dictionary<string, string>? _cookies;

    private HandshakeRequest(string target) => Target = target;

    /// <summary>Path and query as sent.</summary>
    public string Target { get; }

    /// <summary>What stands after the question mark, without it.</summary>
    public string QueryString => Target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? Target[(mark + 1)..] : "";

    /// <summary>The query's names and values, decoded.</summary>
    public IQueryCollection Query => _query ??= new QueryCollection(QueryHelpers.ParseQuery(QueryString));

    /// <summary>The header fields; several of one name stand together.</summary>
    public IReadOnlyDictionary<string, StringValues> Headers => _headers;

    /// <summary>The cookies, not decoded.</summary>
    public IReadOnlyDictionary<string, string> Cookies => _cookies ??= ParseCookies();

    internal static HandshakeRequest Parse(ReadOnlySpan<byte> head)
    {
        var lines = Encoding.UTF8.GetString(head).Split("\r\n");
        var requestLine = lines[0].Split(' ');
        var request = new HandshakeRequest(requestLine.Length > 1 ? requestLine[1] : "");
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                var name = line[..colon];
                request._headers[name] = StringValues.Concat(request._headers.GetValueOrDefault(name), line[(colon + 1)..].Trim(' ', '\t'));
            }
        }

        return request;
    }

    private Dictionary<string, string> ParseCookies()
    {
        var cookies = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in _headers.GetValueOrDefault("Cookie").ToArray())
        {
            foreach (var cookie in (field ?? "").Split(';'))
            {
                var equals = cookie.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                {
                    cookies[cookie[..equals].Trim()] = cookie[(equals + 1)..].Trim();
                }
            }
        }

        return cookies;
    }
}
