using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using static Portico.Gateway.Tests.Protocols.WebSocket.ClientFrames;

namespace Portico.Gateway.Tests.Protocols.WebSocket;

public sealed class WebSocketCodecTests : FrameCodecSpecification<WebSocketCodecTests>
{
    [Fact]
    public void TryRead_HandshakeOfTheRfc_IsAnsweredAsTheRfcDoes()
    {
        var codec = new WebSocketCodec(new WebSocketSettings());
        var head = RequestTo("/chat?room=1", "Origin: http://example.com");

        var seen = Assert.Single(new CodecDriver(codec).Feed(head).Frames);

        Assert.Equal(FrameKind.Handshake, seen.Kind);
        Assert.Equal(head, seen.Payload);
        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            Encoding.ASCII.GetString(seen.Reply));
        Assert.True(codec.IsOpen);
        Assert.Equal(WireFormat.WebSocket, codec.Format);
    }

    [Fact]
    public void TryRead_HandshakeCutAtEveryByte_IsAccepted()
    {
        byte[] bytes = [.. Request(), .. Frame(Text, "early bird")];
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            var driver = new CodecDriver(new WebSocketCodec(new WebSocketSettings()));

            driver.Feed(bytes.AsSpan(0, cut)).Feed(bytes.AsSpan(cut));

            Assert.Equal(["early bird"], driver.Texts);
        }
    }

    [Fact]
    public void TryRead_HandshakeByteByByte_IsAccepted()
    {
        var driver = new CodecDriver(new WebSocketCodec(new WebSocketSettings())).FeedInPieces(Request(), 1);

        Assert.Equal(FrameKind.Handshake, Assert.Single(driver.Frames).Kind);
    }

    [Fact]
    public void TryRead_EndlessHead_IsRefusedWith431()
    {
        var driver = new CodecDriver(new WebSocketCodec(new WebSocketSettings { MaxRequestHead = 1000 }));

        driver.FeedInPieces(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nX: " + new string('x', 1000)), 100);

        Assert.StartsWith("HTTP/1.1 431 ", Encoding.ASCII.GetString(driver.Refusal!.Reply), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\x16\x03\x01\x02")]
    [InlineData("\r\n")]
    [InlineData("{\"type\":\"handshake\"}\n")]
    public void TryRead_NotHttp_IsRefusedAtTheFirstByte(string input)
    {
        var driver = new CodecDriver(new WebSocketCodec(new WebSocketSettings())).Feed(Encoding.Latin1.GetBytes(input));

        Assert.StartsWith("HTTP/1.1 400 ", Encoding.ASCII.GetString(driver.Refusal!.Reply), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteMessage_TextThatIsNotUtf8_GoesAsBinary()
    {
        using var codec = Open();

        var (opcode, _, payload) = Read(CodecDriver.Written(output => codec.WriteMessage(output, [0xFF, 0xFE], binary: false)));

        Assert.Equal(Binary, opcode);
        Assert.Equal([0xFF, 0xFE], payload);
    }

    [Theory]
    [InlineData(false, Text)]
    [InlineData(true, Binary)]
    public void WriteMessage_TextAndBinary_HaveTheirOpcodes(bool binary, int expected)
    {
        using var codec = Open();

        Assert.Equal(expected, Read(CodecDriver.Written(output => codec.WriteMessage(output, "x"u8, binary))).Opcode);
    }

    [Fact]
    public void TryWritePing_BeforeAndAfterTheHandshake_WritesOnlyAfter()
    {
        using var closed = new WebSocketCodec(new WebSocketSettings());
        using var open = Open();

        Assert.Empty(CodecDriver.Written(output => Assert.False(closed.TryWritePing(output))));
        Assert.Equal([0x89, 0x00], CodecDriver.Written(output => Assert.True(open.TryWritePing(output))));
    }

    [Theory]
    [InlineData(4002, "HTTP/1.1 408 ")]
    [InlineData(1001, "HTTP/1.1 503 ")]
    public void WriteClose_BeforeTheHandshake_AnswersInHttp(int code, string expected)
    {
        using var codec = new WebSocketCodec(new WebSocketSettings());

        var bytes = CodecDriver.Written(output => codec.WriteClose(output, new CloseReason((ushort)code, "")));

        Assert.StartsWith(expected, Encoding.ASCII.GetString(bytes), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteClose_AfterTheHandshake_CarriesCodeAndReason()
    {
        using var codec = Open();

        var (opcode, _, payload) = Read(CodecDriver.Written(output => codec.WriteClose(output, CloseReason.SlowConsumer)));

        Assert.Equal(Close, opcode);
        Assert.Equal([0x0F, 0xA8, .. "client reads too slowly"u8], payload);
    }

    private protected override IFrameCodec Create(int maxMessage) => new WebSocketCodec(new WebSocketSettings { MaxMessageSize = maxMessage });

    private protected override byte[] FromClient(byte[] message) => Frame(Text, message);

    private protected override byte[] ToClient(byte[] bytes) => Read(bytes).Payload;

    private protected override CodecDriver Open(IFrameCodec codec) => new CodecDriver(codec).Feed(Request());

    private static WebSocketCodec Open()
    {
        var codec = new WebSocketCodec(new WebSocketSettings());
        new CodecDriver(codec).Feed(Request());
        return codec;
    }
}
