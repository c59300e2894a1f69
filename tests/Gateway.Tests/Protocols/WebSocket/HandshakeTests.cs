using System.Text;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using static Portico.Gateway.Tests.Protocols.WebSocket.ClientFrames;

namespace Portico.Gateway.Tests.Protocols.WebSocket;

public sealed class HandshakeTests
{
    private const string Good = "GET /chat HTTP/1.1|Host: x|Upgrade: websocket|Connection: Upgrade|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Version: 13";

    [Theory]
    [InlineData("GET /chat", "POST /chat", 405)]
    [InlineData("GET /chat", "GET", 400)]
    [InlineData("GET /chat", "GET  ", 400)]
    [InlineData("GET /chat", "GET /a b", 400)]
    [InlineData("GET /chat", "GET *", 400)]
    [InlineData("GET /chat", "GET x:80", 400)]
    [InlineData("GET /chat", "GET ?token=a", 400)]
    [InlineData("GET /chat", "GET ://x", 400)]
    [InlineData("GET /chat", "G@T /chat", 400)]
    [InlineData("HTTP/1.1", "HTTP/1.0", 505)]
    [InlineData("HTTP/1.1", "HTTP/9.9", 505)]
    [InlineData("HTTP/1.1", "http/1.1", 400)]
    [InlineData("Host: x|", "", 400)]
    [InlineData("Host: x|", "Host: x|Host: y|", 400)]
    [InlineData("Upgrade: websocket|", "", 426)]
    [InlineData("Upgrade: websocket|", "Upgrade: h2c|", 426)]
    [InlineData("Connection: Upgrade|", "", 400)]
    [InlineData("Connection: Upgrade|", "Connection: keep-alive|", 400)]
    [InlineData("|Sec-WebSocket-Version: 13", "", 400)]
    [InlineData("Version: 13", "Version: 8", 426)]
    [InlineData("Version: 13", "Version: 013", 426)]
    [InlineData("Version: 13", "Version: abc", 426)]
    [InlineData("|Sec-WebSocket-Version: 13", "|Sec-WebSocket-Version: 13|Sec-WebSocket-Version: 8", 400)]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|", "", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ=", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "!!!!!!!!!!!!!!!!!!!!!!==", 400)]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", 400)]
    [InlineData("Host: x|", "Host: x|X-A : b|", 400)]
    [InlineData("Host: x|", "Host: x| folded|", 400)]
    [InlineData("Host: x|", "Host: x|no colon|", 400)]
    [InlineData("Host: x|", "Host: x|X: a\rb|", 400)]
    [InlineData("Host: x|", "Host: x|X: a\0b|", 400)]
    [InlineData("Host: x|", "Host: x|Content-Length: 5|", 400)]
    [InlineData("Host: x|", "Host: x|Transfer-Encoding: chunked|", 400)]
    [InlineData("Host: x|", "Host: x|Sec-WebSocket-Protocol: a b|", 400)]
    [InlineData("Host: x|", "Host: x|Origin: https://evil.example|", 403)]
    [InlineData("Host: x|", "Host: x|Origin: https://shop.example|Origin: https://evil.example|", 403)]
    [InlineData("GET /chat", "GET /other", 404)]
    public void Check_WrongRequest_IsAnsweredWithItsStatus(string part, string instead, int status)
    {
        Assert.Contains(part, Good, StringComparison.Ordinal);
        var settings = new WebSocketSettings { Origins = ["https://shop.example"], Paths = ["/chat"] };
        var request = Encoding.Latin1.GetBytes(Good.Replace(part, instead, StringComparison.Ordinal).Replace("|", "\r\n", StringComparison.Ordinal) + "\r\n\r\n");

        var refusal = new CodecDriver(new WebSocketCodec(settings)).Feed(request).Refusal;

        Assert.NotNull(refusal);
        var answer = Encoding.ASCII.GetString(refusal.Reply);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        Assert.Contains($"Content-Length: {body.Length}\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(status == 426, answer.Contains("Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", StringComparison.Ordinal));
        Assert.Equal(status == 405, answer.Contains("Allow: GET\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host: x|", "hOST: x|")]
    [InlineData("Upgrade: websocket", "uPGRADE: WebSocket")]
    [InlineData("Connection: Upgrade", "Connection: keep-alive, UPGRADE")]
    [InlineData("Connection: Upgrade", "Connection: keep-alive|Connection: Upgrade")]
    [InlineData("Host: x|", "Host:x|")]
    [InlineData("Host: x|", "Host: x|Origin: HTTPS://SHOP.example|")]
    [InlineData("Host: x|", "Host: x|Content-Length: 0|")]
    [InlineData("GET /chat", "GET /chat?token=%20a&b=/c?d")]
    [InlineData("GET /chat", "GET http://x/chat")]
    public void Check_UnusualButRightRequest_IsAccepted(string part, string instead)
    {
        var settings = new WebSocketSettings { Origins = ["https://shop.example"], Paths = ["/chat"] };
        var request = Encoding.Latin1.GetBytes(Good.Replace(part, instead, StringComparison.Ordinal).Replace("|", "\r\n", StringComparison.Ordinal) + "\r\n\r\n");

        var driver = new CodecDriver(new WebSocketCodec(settings)).Feed(request);

        Assert.Equal(FrameKind.Handshake, Assert.Single(driver.Frames).Kind);
    }

    [Theory]
    [InlineData("portico.v1", "portico.v1")]
    [InlineData("unknown, portico.v1", "portico.v1")]
    [InlineData("other, portico.v1", "other")]
    [InlineData(",, portico.v1,", "portico.v1")]
    [InlineData("portico.v2", null)]
    [InlineData("PORTICO.V1", null)]
    public void Check_Subprotocols_SelectsTheFirstThatBothKnow(string offered, string? selected)
    {
        var settings = new WebSocketSettings { Subprotocols = ["portico.v1", "other"] };

        var seen = Assert.Single(new CodecDriver(new WebSocketCodec(settings)).Feed(Request($"Sec-WebSocket-Protocol: {offered}")).Frames);

        Assert.Equal(selected, seen.Subprotocol);
        var answer = Encoding.ASCII.GetString(seen.Reply);
        Assert.Equal(selected is not null, answer.Contains($"\r\nSec-WebSocket-Protocol: {selected}\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public void RequestHead_Headers_AreFoundWhateverTheirCase()
    {
        Assert.True(RequestHead.TryParse(RequestTo("/a/b?c=d", "X-Forwarded-For:  10.0.0.1, 10.0.0.2 "), out var head));

        Assert.True(head.TryGetHeader("x-forwarded-for"u8, out var value));
        Assert.Equal("10.0.0.1, 10.0.0.2"u8, value);
        Assert.False(head.TryGetHeader("origin"u8, out _));
        Assert.Equal("/a/b"u8, head.Path);
        Assert.Equal("c=d"u8, head.Query);
    }

    [Theory]
    [InlineData("http://x/chat?a", "/chat")]
    [InlineData("http://x", "/")]
    [InlineData("/?a=/b", "/")]
    public void RequestHead_Path_IsWithoutAuthorityAndQuery(string target, string path)
    {
        Assert.True(RequestHead.TryParse(RequestTo(target), out var head));

        Assert.Equal(path, Encoding.ASCII.GetString(head.Path));
    }
}
