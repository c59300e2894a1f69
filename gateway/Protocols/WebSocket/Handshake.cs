using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Portico.Gateway.Protocols.WebSocket.Deflate;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>Checks an opening handshake (RFC 6455 sections 4.2.1 and 4.2.2) in one pass over its lines.</summary>
internal ref struct Handshake
{
    private const int KeyBytes = 16;
    private const int KeyChars = 24;

    private readonly WebSocketSettings _settings;
    private ReadOnlySpan<byte> _version;
    private ReadOnlySpan<byte> _origin;
    private int _hosts;
    private int _keys;
    private int _versions;
    private int _origins;
    private bool _upgrade;
    private bool _connection;
    private bool _body;
    private bool _badProtocol;

    private Handshake(WebSocketSettings settings)
    {
        _settings = settings;
    }

    /// <summary>The client's key.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>The subprotocol that both know, null for none.</summary>
    public string? Subprotocol { get; private set; }

    /// <summary>What was agreed about compression, null for none.</summary>
    public DeflateAgreement? Deflate { get; private set; }

    /// <summary>Checks a whole head.</summary>
    /// <returns>Null when it is in order, else the answer.</returns>
    public static HttpRefusal? Check(ReadOnlySpan<byte> raw, WebSocketSettings settings, out Handshake handshake)
    {
        handshake = new Handshake(settings);
        if (!RequestHead.TryParse(raw, out var head))
        {
            return HttpRefusal.NotHttp;
        }

        if (!head.Version.SequenceEqual("HTTP/1.1"u8))
        {
            return HttpRefusal.BadHttpVersion;
        }

        if (!head.Method.SequenceEqual("GET"u8))
        {
            return HttpRefusal.NotGet;
        }

        return !handshake.Collect(head) ? HttpRefusal.BadHeader : handshake.Verdict(head);
    }

    private bool Collect(RequestHead head)
    {
        var lines = head.GetEnumerator();
        while (lines.MoveNext())
        {
            Take(lines.Current);
        }

        return !lines.Malformed;
    }

    private void Take(RequestHead.Header header)
    {
        // The length first: most lines of a browser are none of ours.
        switch (header.Name.Length)
        {
            case 4 when Is(header, "host"u8):
                _hosts++;
                break;
            case 6 when Is(header, "origin"u8):
                _origins++;
                _origin = header.Value;
                break;
            case 7 when Is(header, "upgrade"u8):
                _upgrade |= HttpSyntax.ListHas(header.Value, "websocket"u8);
                break;
            case 10 when Is(header, "connection"u8):
                _connection |= HttpSyntax.ListHas(header.Value, "upgrade"u8);
                break;
            case 14 when Is(header, "content-length"u8):
                _body |= !header.Value.SequenceEqual("0"u8);
                break;
            case 17 when Is(header, "sec-websocket-key"u8):
                _keys++;
                Key = header.Value;
                break;
            case 17 when Is(header, "transfer-encoding"u8):
                _body = true;
                break;
            case 21 when Is(header, "sec-websocket-version"u8):
                _versions++;
                _version = header.Value;
                break;
            case 22 when Is(header, "sec-websocket-protocol"u8):
                Select(header.Value);
                break;
            case 24 when Is(header, "sec-websocket-extensions"u8):
                Deflate ??= _settings.Deflate is { } ours ? ExtensionOffers.Accept(header.Value, ours) : null;
                break;
        }
    }

    private readonly HttpRefusal? Verdict(RequestHead head)
    {
        if (_hosts != 1)
        {
            return HttpRefusal.NoHost;
        }

        if (_body)
        {
            return HttpRefusal.HasBody;
        }

        if (!IsServed(head.Path))
        {
            return HttpRefusal.NotFound;
        }

        if (!_upgrade)
        {
            return HttpRefusal.NoUpgrade;
        }

        if (!_connection)
        {
            return HttpRefusal.NoConnection;
        }

        if (_versions != 1)
        {
            return HttpRefusal.NoVersion;
        }

        if (!_version.SequenceEqual("13"u8))
        {
            return HttpRefusal.BadVersion;
        }

        if (_keys != 1 || !IsKey(Key))
        {
            return HttpRefusal.BadKey;
        }

        return _badProtocol ? HttpRefusal.BadProtocol : !MayCome() ? HttpRefusal.BadOrigin : null;
    }

    // The client's order is its preference (RFC 6455 section 4.1).
    private void Select(ReadOnlySpan<byte> offers)
    {
        while (HttpSyntax.TryNext(ref offers, (byte)',', out var offer))
        {
            // Empty members of a list count for nothing (RFC 9110 section 5.6.1).
            if (offer.IsEmpty)
            {
                continue;
            }

            if (!HttpSyntax.IsToken(offer))
            {
                _badProtocol = true;
                return;
            }

            for (var i = 0; Subprotocol is null && i < _settings.Subprotocols.Count; i++)
            {
                Subprotocol = Ascii.Equals(offer, _settings.Subprotocols[i]) ? _settings.Subprotocols[i] : null;
            }
        }
    }

    private readonly bool IsServed(ReadOnlySpan<byte> path)
    {
        foreach (var served in _settings.Paths)
        {
            if (Ascii.Equals(path, served))
            {
                return true;
            }
        }

        return _settings.Paths.Count == 0;
    }

    private readonly bool MayCome()
    {
        if (_settings.Origins.Count == 0 || _origins == 0)
        {
            return true;
        }

        foreach (var origin in _settings.Origins)
        {
            if (_origins == 1 && Ascii.EqualsIgnoreCase(_origin, origin))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(RequestHead.Header header, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(header.Name, name);

    private static bool IsKey(ReadOnlySpan<byte> key)
    {
        Span<byte> decoded = stackalloc byte[KeyBytes + 2];
        return key.Length == KeyChars
            && Base64.DecodeFromUtf8(key, decoded, out _, out var written) == OperationStatus.Done
            && written == KeyBytes;
    }
}
