using Portico.Contracts.Results;
using Portico.Gateway.Protocols;

namespace Portico.Gateway.Tests.Protocols;

public sealed class TextCodecTests : FrameCodecSpecification<TextCodecTests>
{
    [Theory]
    [InlineData("one\ntwo\n", new[] { "one", "two" })]
    [InlineData("one\r\ntwo\r\r\n", new[] { "one", "two" })]
    [InlineData("\n\r\n\n", new[] { "", "", "" })]
    [InlineData("in\rside\n", new[] { "in\rside" })]
    public void TryRead_LineEnds_AreStripped(string input, string[] expected)
    {
        var whole = new CodecDriver(new TextCodec(100)).Feed(System.Text.Encoding.ASCII.GetBytes(input));
        var bytewise = new CodecDriver(new TextCodec(100)).FeedInPieces(System.Text.Encoding.ASCII.GetBytes(input), 1);

        Assert.Equal(expected, whole.Texts);
        Assert.Equal(expected, bytewise.Texts);
    }

    [Fact]
    public void TryRead_EndlessLine_IsRefusedAtTheLimit()
    {
        var driver = new CodecDriver(new TextCodec(100)).Feed(new byte[101]);

        Assert.False(driver.Ended);
        Assert.Equal(CloseReason.TooBig, driver.Feed("x"u8).Refusal!.Reason);
        Assert.Empty(driver.Refusal!.Reply);
    }

    [Fact]
    public void WriteClose_Always_WritesNothing()
    {
        using var codec = new TextCodec(100);

        Assert.Empty(CodecDriver.Written(output => codec.WriteClose(output, CloseReason.Kicked)));
        Assert.Empty(CodecDriver.Written(output => Assert.False(codec.TryWritePing(output))));
    }

    private protected override IFrameCodec Create(int maxMessage) => new TextCodec(maxMessage);

    private protected override byte[] FromClient(byte[] message) => [.. message, (byte)'\n'];

    private protected override byte[] ToClient(byte[] bytes)
    {
        Assert.Equal((byte)'\n', bytes[^1]);
        return bytes[..^1];
    }
}
