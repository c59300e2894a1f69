using System.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// Body of ON_WEBSOCKET_CONNECT: the opening request as PHP's $_GET, $_SERVER and $_COOKIE would show it (GatewayWorker
/// protocol 2.8).
/// </summary>
public static class HandshakeBody
{
    /// <summary>Builds the value of a request head that a WebSocket codec has accepted.</summary>
    /// <param name="requestHead">Request line and headers.</param>
    /// <param name="remoteAddress">The client's address as text.</param>
    /// <param name="remotePort">The client's port.</param>
    /// <param name="serverPort">The public port.</param>
    public static PhpArray Build(ReadOnlySpan<byte> requestHead, string remoteAddress, int remotePort, int serverPort)
    {
        var end = LineEnd(requestHead, out var next);
        var (method, target, protocol) = RequestLine(requestHead[..end]);
        var headers = Headers(requestHead[next..]);
        var question = target.IndexOf((byte)'?');
        var query = question < 0 ? default : target[(question + 1)..];
        var server = new PhpArray
        {
            { "QUERY_STRING", PhpValue.FromBytes(query) },
            { "REQUEST_METHOD", PhpValue.FromBytes(method) },
            { "REQUEST_URI", PhpValue.FromBytes(target) },
            { "SERVER_PROTOCOL", PhpValue.FromBytes(protocol) },
            { "SERVER_NAME", headers["HTTP_HOST"] },
            { "CONTENT_TYPE", headers["HTTP_CONTENT_TYPE"] },
            { "REMOTE_ADDR", remoteAddress },
            { "REMOTE_PORT", remotePort },
            { "SERVER_PORT", serverPort },
        };
        foreach (var (name, value) in headers)
        {
            server[name] = value;
        }

        return new PhpArray { { "get", PhpQuery.Parse(query) }, { "server", server }, { "cookie", Cookies(headers["HTTP_COOKIE"].AsBytes()) } };
    }

    private static int LineEnd(ReadOnlySpan<byte> text, out int next)
    {
        var feed = text.IndexOf((byte)'\n');
        next = feed < 0 ? text.Length : feed + 1;
        var end = feed < 0 ? text.Length : feed;
        return end > 0 && text[end - 1] == '\r' ? end - 1 : end;
    }

    private static RequestParts RequestLine(ReadOnlySpan<byte> line)
    {
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        return first < 0 || last == first
            ? new RequestParts { Method = line, Target = default, Protocol = default }
            : new RequestParts { Method = line[..first], Target = line[(first + 1)..last].Trim((byte)' '), Protocol = line[(last + 1)..] };
    }

    /// <summary>HTTP_ names and values in order; what comes again is joined with a comma at the first place.</summary>
    private static PhpArray Headers(ReadOnlySpan<byte> text)
    {
        var headers = new PhpArray();
        while (!text.IsEmpty)
        {
            var end = LineEnd(text, out var next);
            var line = text[..end];
            text = text[next..];
            var colon = line.IndexOf((byte)':');
            var name = (colon < 0 ? line : line[..colon]).Trim(" \t"u8);
            if (name.IsEmpty)
            {
                continue;
            }

            var value = colon < 0 ? default : line[(colon + 1)..].Trim(" \t"u8);
            PhpKey key = "HTTP_" + Encoding.Latin1.GetString(name).ToUpperInvariant().Replace('-', '_');
            headers[key] = headers.TryGetValue(key, out var earlier)
                ? PhpValue.FromOwnedBytes([.. earlier.AsBytes(), (byte)',', .. value])
                : PhpValue.FromBytes(value);
        }

        return headers;
    }

    private static PhpArray Cookies(ReadOnlySpan<byte> header)
    {
        var cookies = new PhpArray();
        foreach (var part in header.Split((byte)';'))
        {
            var cookie = header[part];
            var equals = cookie.IndexOf((byte)'=');
            if (equals >= 0)
            {
                cookies[new PhpKey(cookie[..equals].Trim(" \t\r\n\0\v"u8))] = PhpValue.FromBytes(cookie[(equals + 1)..]);
            }
        }

        return cookies;
    }

    private ref struct RequestParts
    {
        public ReadOnlySpan<byte> Method;
        public ReadOnlySpan<byte> Target;
        public ReadOnlySpan<byte> Protocol;

        public readonly void Deconstruct(out ReadOnlySpan<byte> method, out ReadOnlySpan<byte> target, out ReadOnlySpan<byte> protocol)
        {
            method = Method;
            target = Target;
            protocol = Protocol;
        }
    }
}
