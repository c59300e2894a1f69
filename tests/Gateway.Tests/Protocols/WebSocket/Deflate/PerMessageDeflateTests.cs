using System.IO.Compression;
using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Gateway.Protocols.WebSocket.Deflate;
using static Portico.Gateway.Tests.Protocols.WebSocket.ClientFrames;

namespace Portico.Gateway.Tests.Protocols.WebSocket.Deflate;

public sealed class PerMessageDeflateTests
{
    private const int Compressed = 4;

    private static readonly string LongText = string.Concat(Enumerable.Range(0, 500).Select(i => $"{{\"id\":{i},\"name\":\"κόσμε\"}}"));

    [Fact]
    public void TryRead_HelloOfTheRfc_IsHello()
    {
        // RFC 7692 section 7.2.3.1, then .3 (no compression) and .4 (a last block).
        var driver = Open()
            .Feed(Frame(Text, [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], rsv: Compressed))
            .Feed(Frame(Text, [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00], rsv: Compressed))
            .Feed(Frame(Text, [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00], rsv: Compressed))
            .Feed(Frame(Text, [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00], rsv: Compressed));

        Assert.Equal(["Hello", "Hello", "Hello", "Hello"], driver.Texts);
    }

    [Fact]
    public void TryRead_SecondHelloWithContextTakeover_RefersToTheFirst()
    {
        // RFC 7692 section 7.2.3.2.
        var driver = Open(new DeflateSettings { ClientContextTakeover = true })
            .Feed(Frame(Text, [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], rsv: Compressed))
            .Feed(Frame(Text, [0xf2, 0x00, 0x11, 0x00, 0x00], rsv: Compressed));

        Assert.Equal(["Hello", "Hello"], driver.Texts);
    }

    [Fact]
    public void TryRead_MessageThatRefersToTheOneBeforeWithoutTakeover_IsRefused()
    {
        var driver = Open()
            .Feed(Frame(Text, [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], rsv: Compressed))
            .Feed(Frame(Text, [0xf2, 0x00, 0x11, 0x00, 0x00], rsv: Compressed));

        Assert.Equal(["Hello"], driver.Texts);
        Assert.Equal(1007, driver.Refusal!.Reason.Code);
    }

    [Fact]
    public void TryRead_CompressedFragmentsCutAtEveryByte_AreJoined()
    {
        var data = Squeeze(Encoding.UTF8.GetBytes(LongText));
        byte[] bytes =
        [
            .. Frame(Text, data[..100], fin: false, rsv: Compressed), .. Frame(Ping, "p"),
            .. Frame(Continuation, data[100..200], fin: false), .. Frame(Continuation, data[200..]), .. Frame(Text, "plain"),
        ];

        Assert.Equal([LongText, "plain"], Open().FeedInPieces(bytes, 1).Texts);
        Assert.Equal([LongText, "plain"], Open().Feed(bytes).Texts);
    }

    [Fact]
    public void TryRead_Bomb_IsRefusedAtTheLimit()
    {
        var bomb = Squeeze(new byte[64 * 1024 * 1024]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var driver = Open(settings: new WebSocketSettings { MaxMessageSize = 100_000 }).Feed(Frame(Binary, bomb, rsv: Compressed));

        Assert.Equal(CloseReason.TooBig, driver.Refusal!.Reason);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2_000_000);
        Assert.Equal(["next"], Open().Feed(Frame(Text, Squeeze("next"u8.ToArray()), rsv: Compressed)).Texts);
    }

    [Theory]
    [InlineData(100_000, true)]
    [InlineData(100_001, false)]
    public void TryRead_InflatedSize_IsHeldToTheLimit(int size, bool taken)
    {
        var driver = Open(settings: new WebSocketSettings { MaxMessageSize = 100_000 }).Feed(Frame(Binary, Squeeze(new byte[size]), rsv: Compressed));

        Assert.Equal(taken, driver.Messages.Count == 1);
        Assert.Equal(taken, driver.Refusal is null);
    }

    [Fact]
    public void TryRead_IncompressibleMessageAtTheLimit_IsTaken()
    {
        var noise = new byte[100_000];
        new Random(3).NextBytes(noise);

        var driver = Open(settings: new WebSocketSettings { MaxMessageSize = noise.Length })
            .Feed(Frame(Binary, Squeeze(noise, CompressionLevel.NoCompression), rsv: Compressed));

        Assert.Equal([noise], driver.Messages);
    }

    public static TheoryData<string, byte[], int> Broken => new()
    {
        { "not deflate", Frame(Binary, Enumerable.Repeat((byte)0xFF, 32).ToArray(), rsv: Compressed), 1007 },
        { "not UTF-8", Frame(Text, Squeeze([0xED, 0xA0, 0x80]), rsv: Compressed), 1007 },
        { "RSV1 on a continuation", [.. Frame(Text, "x", fin: false, rsv: Compressed), .. Frame(Continuation, "x", rsv: Compressed)], 1002 },
        { "RSV1 on a ping", Frame(Ping, "x", rsv: Compressed), 1002 },
        { "RSV2", Frame(Text, "x", rsv: 2), 1002 },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void TryRead_BrokenMessage_IsRefused(string what, byte[] bytes, int code)
    {
        Assert.True(Open().Feed(bytes).Refusal?.Reason.Code == code, what);
    }

    [Fact]
    public void WriteMessage_SmallOrIncompressible_IsNotCompressed()
    {
        using var codec = OpenCodec(new DeflateSettings { MinMessageSize = 100 });
        var noise = new byte[5000];
        new Random(3).NextBytes(noise);

        Assert.Equal(0, Written(codec, new byte[99]).Rsv);
        Assert.Equal(Compressed, Written(codec, new byte[100]).Rsv);
        var (_, rsv, payload) = Written(codec, noise);
        Assert.Equal(0, rsv);
        Assert.Equal(noise, payload);
        Assert.Equal(WireFormat.WebSocketDeflate, codec.Format);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(12)]
    [InlineData(9)]
    public void WriteMessage_WithoutTakeover_EveryMessageStandsAlone(int bits)
    {
        using var codec = OpenCodec(new DeflateSettings { ServerWindowBits = bits, MinMessageSize = 1 });
        Assert.Equal(bits == 15 ? WireFormat.WebSocketDeflate : WireFormat.WebSocketDeflateContext, codec.Format);
        for (var i = 0; i < 5; i++)
        {
            var text = Encoding.UTF8.GetBytes(LongText[(i * 7)..]);

            var (_, rsv, payload) = Written(codec, text);

            Assert.Equal(Compressed, rsv);
            Assert.True(payload.Length < text.Length);
            Assert.Equal(text, Unsqueeze(payload));
        }
    }

    [Fact]
    public void WriteMessage_WithTakeover_LaterMessagesAreSmaller()
    {
        using var codec = OpenCodec(new DeflateSettings { ServerContextTakeover = true });
        Assert.Equal(WireFormat.WebSocketDeflateContext, codec.Format);
        var text = Encoding.UTF8.GetBytes(LongText);

        var first = Written(codec, text).Payload;
        var second = Written(codec, text).Payload;

        Assert.True(second.Length < first.Length / 2, $"{first.Length}, then {second.Length}");
        Assert.Equal([.. text, .. text], Unsqueeze([.. first, 0, 0, 0xFF, 0xFF, .. second]));
    }

    [Fact]
    public void Dispose_Twice_CountsOnce()
    {
        var settings = new DeflateSettings { ServerContextTakeover = true, MaxContexts = 1 };
        var codec = OpenCodec(settings);
        Assert.False(settings.HasRoom);

        codec.Dispose();
        codec.Dispose();

        Assert.True(settings.HasRoom);
        settings.CountContext(1);
        Assert.False(settings.HasRoom);
    }

    private static CodecDriver Open(DeflateSettings? deflate = null, WebSocketSettings? settings = null) =>
        new CodecDriver(new WebSocketCodec((settings ?? new WebSocketSettings()) with { Deflate = deflate ?? new DeflateSettings() }))
            .Feed(Request("Sec-WebSocket-Extensions: permessage-deflate"));

    private static WebSocketCodec OpenCodec(DeflateSettings deflate)
    {
        var codec = new WebSocketCodec(new WebSocketSettings { Deflate = deflate });
        new CodecDriver(codec).Feed(Request("Sec-WebSocket-Extensions: permessage-deflate"));
        Assert.True(codec.IsOpen);
        return codec;
    }

    private static (int Opcode, int Rsv, byte[] Payload) Written(WebSocketCodec codec, byte[] message) =>
        Read(CodecDriver.Written(output => codec.WriteMessage(output, message, binary: true)));
}
