using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using static Portico.Gateway.Tests.Protocols.WebSocket.ClientFrames;

namespace Portico.Gateway.Tests.Protocols.WebSocket;

public sealed class FrameReaderTests
{
    [Fact]
    public void TryRead_MaskedHelloOfTheRfc_IsHello()
    {
        // RFC 6455 section 5.7, second example.
        var driver = Open().Feed([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);

        Assert.Equal(["Hello"], driver.Texts);
    }

    [Fact]
    public void TryRead_PingOfTheRfc_IsAnsweredWithItsPayload()
    {
        var driver = Open().Feed([0x89, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]);

        var ping = driver.Frames[^1];
        Assert.Equal(FrameKind.Ping, ping.Kind);
        Assert.Equal([0x8a, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f], ping.Reply);
    }

    [Fact]
    public void TryRead_Fragments_AreJoined()
    {
        byte[] bytes = [.. Frame(Text, "Hel", fin: false), .. Frame(Continuation, ""u8.ToArray(), fin: false), .. Frame(Continuation, "lo")];

        Assert.Equal(["Hello"], Open().Feed(bytes).Texts);
        Assert.Equal(["Hello"], Open().FeedInPieces(bytes, 1).Texts);
    }

    [Fact]
    public void TryRead_ControlFramesBetweenFragments_AreAnsweredAtOnce()
    {
        byte[] bytes = [.. Frame(Binary, "a", fin: false), .. Frame(Ping, "p"), .. Frame(Pong, "q"), .. Frame(Continuation, "b")];
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var driver = Open().Feed(bytes.AsSpan(0, cut)).Feed(bytes.AsSpan(cut));

            Assert.Equal([FrameKind.Handshake, FrameKind.Ping, FrameKind.Pong, FrameKind.Message], driver.Frames.Select(f => f.Kind));
            Assert.True(driver.Frames[3].Binary);
            Assert.Equal("ab"u8.ToArray(), driver.Frames[3].Payload);
        }
    }

    public static TheoryData<string, byte[], int> Violations => new()
    {
        { "unmasked text", Frame(Text, "x"u8.ToArray(), masked: false), 1002 },
        { "unmasked ping", Frame(Ping, "x"u8.ToArray(), masked: false), 1002 },
        { "RSV1 without compression", Frame(Text, "x", rsv: 4), 1002 },
        { "RSV2", Frame(Text, "x", rsv: 2), 1002 },
        { "RSV3", Frame(Binary, "x", rsv: 1), 1002 },
        { "RSV on close", Frame(Close, "", rsv: 7), 1002 },
        { "opcode 3", Frame(3, ""), 1002 },
        { "opcode 7", Frame(7, "x"), 1002 },
        { "opcode 11", Frame(11, ""), 1002 },
        { "opcode 15", Frame(15, "x"), 1002 },
        { "fragmented ping", Frame(Ping, "x", fin: false), 1002 },
        { "long ping", Frame(Ping, new string('x', 126)), 1002 },
        { "orphan continuation", Frame(Continuation, "x"), 1002 },
        { "orphan open continuation", Frame(Continuation, "x", fin: false), 1002 },
        { "text inside a message", [.. Frame(Text, "x", fin: false), .. Frame(Text, "y")], 1002 },
        { "16-bit length for 5 bytes", Frame(Text, "hello"u8.ToArray(), form: 16), 1002 },
        { "64-bit length for 300 bytes", Frame(Text, new byte[300], form: 64), 1002 },
        { "length with its top bit", Frame(Binary, "abcd"u8.ToArray(), length: (1UL << 63) | 4, form: 64), 1002 },
        { "length of 2^62", Frame(Binary, "abcd"u8.ToArray(), length: 1UL << 62, form: 64), 1009 },
        { "close with one byte", Frame(Close, "x"), 1002 },
        { "close with 126 bytes", Frame(Close, new string('x', 126)), 1002 },
        { "close code 999", CloseFrame(999), 1002 },
        { "close code 1005", CloseFrame(1005), 1002 },
        { "close code 1006", CloseFrame(1006), 1002 },
        { "close code 1015", CloseFrame(1015), 1002 },
        { "close code 2999", CloseFrame(2999), 1002 },
        { "close code 5000", CloseFrame(5000), 1002 },
        { "close reason not UTF-8", Frame(Close, [0x03, 0xE8, 0xFF]), 1007 },
        { "text not UTF-8", Frame(Text, [0xED, 0xA0, 0x80]), 1007 },
        { "text that ends in half a character", Frame(Text, [0xE2, 0x82]), 1007 },
        { "half a character, then an empty end", [.. Frame(Text, [0xE2, 0x82], fin: false), .. Frame(Continuation, "")], 1007 },
    };

    [Theory]
    [MemberData(nameof(Violations))]
    public void TryRead_Violation_IsRefusedWithItsCode(string what, byte[] bytes, int code)
    {
        foreach (var driver in (CodecDriver[])[Open().Feed(bytes), Open().FeedInPieces(bytes, 1)])
        {
            Assert.True(driver.Refusal is not null, what);
            Assert.Equal(code, driver.Refusal.Reason.Code);
            var (opcode, _, payload) = Read(driver.Refusal.Reply);
            Assert.Equal(Close, opcode);
            Assert.Equal(code, (payload[0] << 8) | payload[1]);
            Assert.Equal(driver.Refusal.Reason.Text, Encoding.UTF8.GetString(payload, 2, payload.Length - 2));
            Assert.Empty(driver.Messages);
        }
    }

    [Fact]
    public void TryRead_InvalidByteInAPieceOfAFrame_IsRefusedBeforeTheRestComes()
    {
        var bytes = Frame(Text, [.. "κόσμε"u8, 0xF4, 0x90, 0x80, 0x80, .. "edited"u8]);
        var head = 6 + "κόσμε"u8.Length;
        var driver = Open();

        driver.Feed(bytes.AsSpan(0, head + 1));
        Assert.False(driver.Ended);
        driver.Feed(bytes.AsSpan(head + 1, 1));

        Assert.Equal(CloseReason.InvalidText, driver.Refusal!.Reason);
    }

    [Fact]
    public void TryRead_MessageOverTheLimitInFragments_IsRefusedAtTheHeaderThatPassesIt()
    {
        var driver = Open(new WebSocketSettings { MaxMessageSize = 100 }).Feed(Frame(Text, new string('x', 60), fin: false));

        driver.Feed(Frame(Continuation, new string('x', 41)).AsSpan(0, 6));

        Assert.Equal(CloseReason.TooBig, driver.Refusal!.Reason);
    }

    [Fact]
    public void TryRead_TooManyFragments_IsRefused()
    {
        var driver = Open(new WebSocketSettings { MaxFramesPerMessage = 10 }).Feed(Frame(Text, "", fin: false));
        for (var i = 0; i < 9; i++)
        {
            driver.Feed(Frame(Continuation, "", fin: false));
        }

        Assert.False(driver.Ended);
        Assert.Equal(1008, driver.Feed(Frame(Continuation, "")).Refusal!.Reason.Code);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(1003)]
    [InlineData(1007)]
    [InlineData(1011)]
    [InlineData(3000)]
    [InlineData(4999)]
    public void TryRead_Close_EchoesTheCode(int code)
    {
        var driver = Open().Feed([.. CloseFrame(code, "all done"), .. Frame(Text, "late")]);

        var close = driver.Frames[^1];
        Assert.Equal(FrameKind.Close, close.Kind);
        Assert.Equal(new CloseReason((ushort)code, "all done"), close.Reason);
        Assert.Equal([0x88, 0x02, (byte)(code >> 8), (byte)code], close.Reply);
        Assert.Empty(driver.Messages);
    }

    [Fact]
    public void TryRead_CloseWithoutBody_IsAnsweredWithoutBody()
    {
        var close = Open().Feed(Frame(Close, "")).Frames[^1];

        Assert.Equal([0x88, 0x00], close.Reply);
        Assert.Equal(CloseReason.ClientLeft, close.Reason);
    }

    [Fact]
    public void TryRead_RandomFrames_NeverThrowsAndMessagesKeepToTheRules()
    {
        var random = new Random(7692);
        for (var round = 0; round < 3000; round++)
        {
            byte[] bytes = [];
            for (var i = random.Next(1, 15); i > 0; i--)
            {
                var payload = new byte[random.Next(4) == 0 ? random.Next(400) : random.Next(10)];
                random.NextBytes(payload);
                bytes = [.. bytes, .. Frame(random.Next(16), payload, random.Next(3) > 0, random.Next(5) == 0 ? random.Next(8) : 0, random.Next(20) > 0)];
            }

            var driver = Open(new WebSocketSettings { MaxMessageSize = 500 }, "Sec-WebSocket-Extensions: permessage-deflate");
            driver.FeedInPieces(bytes, random.Next(1, bytes.Length + 1));

            Assert.All(driver.Frames.Where(f => f.Kind == FrameKind.Message), f =>
            {
                Assert.InRange(f.Payload.Length, 0, 500);
                Assert.True(f.Binary || System.Text.Unicode.Utf8.IsValid(f.Payload));
            });
        }
    }

    private static CodecDriver Open(WebSocketSettings? settings = null, params string[] lines)
    {
        var driver = new CodecDriver(new WebSocketCodec(settings ?? new WebSocketSettings())).Feed(Request(lines));
        Assert.Equal(FrameKind.Handshake, Assert.Single(driver.Frames).Kind);
        return driver;
    }
}
