using System.Text;
using Portico.Contracts.Results;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>Every answer to a request that is not upgraded: a closed set, encoded once.</summary>
internal sealed class HttpRefusal
{
    private const string TellVersion = "Sec-WebSocket-Version: 13\r\n";
    private const string TellUpgrade = "Upgrade: websocket\r\n" + TellVersion;

    public static readonly HttpRefusal NotHttp = new("400 Bad Request", "This is not an HTTP request.");
    public static readonly HttpRefusal BadHeader = new("400 Bad Request", "A header line is malformed.");
    public static readonly HttpRefusal NoHost = new("400 Bad Request", "There must be exactly one Host header.");
    public static readonly HttpRefusal HasBody = new("400 Bad Request", "An opening handshake has no body.");
    public static readonly HttpRefusal NoConnection = new("400 Bad Request", "The Connection header must name Upgrade.");
    public static readonly HttpRefusal BadKey = new("400 Bad Request", "There must be exactly one Sec-WebSocket-Key: 16 bytes in base64.");
    public static readonly HttpRefusal BadProtocol = new("400 Bad Request", "Sec-WebSocket-Protocol must be a list of names.");
    public static readonly HttpRefusal NoVersion = new("400 Bad Request", "There must be exactly one Sec-WebSocket-Version header.", TellVersion);
    public static readonly HttpRefusal BadOrigin = new("403 Forbidden", "This origin may not connect.");
    public static readonly HttpRefusal NotFound = new("404 Not Found", "There is nothing at this path.");
    public static readonly HttpRefusal NotGet = new("405 Method Not Allowed", "A WebSocket begins with GET.", "Allow: GET\r\n");
    public static readonly HttpRefusal Late = new("408 Request Timeout", "The request did not come in time.");
    public static readonly HttpRefusal NoUpgrade = new("426 Upgrade Required", "This port speaks WebSocket only.", TellUpgrade);
    public static readonly HttpRefusal BadVersion = new("426 Upgrade Required", "Only WebSocket version 13 is spoken here.", TellUpgrade);
    public static readonly HttpRefusal TooLarge = new("431 Request Header Fields Too Large", "The request head is too large.");
    public static readonly HttpRefusal Unavailable = new("503 Service Unavailable", "Try again later.");
    public static readonly HttpRefusal BadHttpVersion = new("505 HTTP Version Not Supported", "A WebSocket begins with HTTP/1.1.");

    private readonly byte[] _bytes;

    private HttpRefusal(string status, string text, string headers = "")
    {
        Status = int.Parse(status.AsSpan(0, 3), System.Globalization.CultureInfo.InvariantCulture);
        Reason = new CloseReason(CloseReason.ProtocolError.Code, text);
        var connection = headers.Contains("Upgrade:", StringComparison.Ordinal) ? "Upgrade, close" : "close";
        _bytes = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nConnection: {connection}\r\n{headers}Content-Type: text/plain\r\nContent-Length: {text.Length + 1}\r\n\r\n{text}\n");
    }

    /// <summary>HTTP status code.</summary>
    public int Status { get; }

    /// <summary>Why the connection ends.</summary>
    public CloseReason Reason { get; }

    /// <summary>The whole answer.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>The answer to a request that is cut off because we close first.</summary>
    public static HttpRefusal For(CloseReason reason) => reason.Code == CloseReason.TimedOut.Code ? Late : Unavailable;
}
