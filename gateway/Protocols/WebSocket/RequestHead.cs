using System.Text;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>
/// The head of an HTTP request as spans over its bytes: nothing is copied. Strict: CRLF line ends, no folded lines, token names, no
/// control characters in values (RFC 9112, RFC 9110 section 5).
/// </summary>
internal readonly ref struct RequestHead
{
    private readonly ReadOnlySpan<byte> _headers;

    private RequestHead(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> method, ReadOnlySpan<byte> target, ReadOnlySpan<byte> version, ReadOnlySpan<byte> headers)
    {
        Raw = raw;
        Method = method;
        Target = target;
        Version = version;
        _headers = headers;
    }

    /// <summary>The whole head with the empty line.</summary>
    public ReadOnlySpan<byte> Raw { get; }

    /// <summary>As <c>GET</c>.</summary>
    public ReadOnlySpan<byte> Method { get; }

    /// <summary>The request target as it came.</summary>
    public ReadOnlySpan<byte> Target { get; }

    /// <summary>As <c>HTTP/1.1</c>.</summary>
    public ReadOnlySpan<byte> Version { get; }

    /// <summary>The path without query; "/" for an absolute target without one. Percent-encoding is left as it came.</summary>
    public ReadOnlySpan<byte> Path
    {
        get
        {
            var end = Target.IndexOf((byte)'?');
            var path = end < 0 ? Target : Target[..end];
            if (path.Length > 0 && path[0] == '/')
            {
                return path;
            }

            var authority = path.IndexOf("://"u8);
            var slash = authority < 0 ? -1 : path[(authority + 3)..].IndexOf((byte)'/');
            return slash < 0 ? "/"u8 : path[(authority + 3 + slash)..];
        }
    }

    /// <summary>What stands behind the question mark; empty when there is none.</summary>
    public ReadOnlySpan<byte> Query
    {
        get
        {
            var mark = Target.IndexOf((byte)'?');
            return mark < 0 ? default : Target[(mark + 1)..];
        }
    }

    /// <summary>Goes through the header lines in order.</summary>
    public HeaderEnumerator GetEnumerator() => new(_headers);

    /// <summary>Reads a head.</summary>
    /// <param name="raw">From the first byte up to and with the empty line.</param>
    /// <param name="head">The head when its first line is well formed; its target a path or an absolute URI (RFC 6455 section 4.1). Header lines are
    /// checked by enumerating them.</param>
    public static bool TryParse(ReadOnlySpan<byte> raw, out RequestHead head)
    {
        head = default;
        var lineEnd = raw.IndexOf("\r\n"u8);
        if (lineEnd < 0 || !raw.EndsWith("\r\n\r\n"u8))
        {
            return false;
        }

        var line = raw[..lineEnd];
        var first = line.IndexOf((byte)' ');
        var last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last <= first + 1)
        {
            return false;
        }

        var method = line[..first];
        var target = line[(first + 1)..last];
        var version = line[(last + 1)..];
        if (!HttpSyntax.IsToken(method)
            || !HttpSyntax.IsTarget(target)
            || (target[0] != '/' && target.IndexOf("://"u8) <= 0)
            || version.Length != 8
            || !version.StartsWith("HTTP/"u8))
        {
            return false;
        }

        head = new RequestHead(raw, method, target, version, raw[(lineEnd + 2)..^2]);
        return true;
    }

    /// <summary>The first header of that name, without the blanks around its value.</summary>
    public bool TryGetHeader(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        foreach (var header in this)
        {
            if (Ascii.EqualsIgnoreCase(header.Name, name))
            {
                value = header.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>One header line.</summary>
    public readonly ref struct Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        /// <summary>Field name as it came.</summary>
        public ReadOnlySpan<byte> Name { get; } = name;

        /// <summary>Field value without the blanks around it.</summary>
        public ReadOnlySpan<byte> Value { get; } = value;
    }

    /// <summary>Goes through header lines; stops at the first that is malformed and says so.</summary>
    public ref struct HeaderEnumerator(ReadOnlySpan<byte> lines)
    {
        private ReadOnlySpan<byte> _rest = lines;

        /// <summary>The line found.</summary>
        public Header Current { get; private set; }

        /// <summary>A malformed line ended the enumeration.</summary>
        public bool Malformed { get; private set; }

        /// <summary>Next line.</summary>
        public bool MoveNext()
        {
            if (_rest.IsEmpty)
            {
                return false;
            }

            var end = _rest.IndexOf("\r\n"u8);
            var line = _rest[..end];
            var colon = line.IndexOf((byte)':');
            if (colon <= 0 || !HttpSyntax.IsToken(line[..colon]))
            {
                Malformed = true;
                return false;
            }

            var value = HttpSyntax.Trim(line[(colon + 1)..]);
            if (!HttpSyntax.IsFieldValue(value))
            {
                Malformed = true;
                return false;
            }

            Current = new Header(line[..colon], value);
            _rest = _rest[(end + 2)..];
            return true;
        }
    }
}
