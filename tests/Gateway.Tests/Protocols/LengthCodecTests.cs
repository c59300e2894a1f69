using System.Buffers.Binary;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;

namespace Portico.Gateway.Tests.Protocols;

public sealed class LengthCodecTests : FrameCodecSpecification<LengthCodecTests>
{
    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    public void TryRead_LengthThatDoesNotCountItself_IsRefused(uint length)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);

        var driver = new CodecDriver(new LengthCodec(100)).Feed(bytes);

        Assert.Equal(CloseReason.ProtocolError.Code, driver.Refusal!.Reason.Code);
    }

    [Theory]
    [InlineData(105u)]
    [InlineData(0x80000000u)]
    [InlineData(uint.MaxValue)]
    public void TryRead_LengthOverTheLimit_IsRefusedBeforeTheBody(uint length)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);

        var driver = new CodecDriver(new LengthCodec(100)).Feed(bytes);

        Assert.Equal(CloseReason.TooBig, driver.Refusal!.Reason);
    }

    [Fact]
    public void WriteMessage_Always_CountsTheLengthItself()
    {
        using var codec = new LengthCodec(100);

        Assert.Equal([0, 0, 0, 7, 1, 2, 3], CodecDriver.Written(output => codec.WriteMessage(output, [1, 2, 3], binary: true)));
    }

    private protected override IFrameCodec Create(int maxMessage) => new LengthCodec(maxMessage);

    private protected override byte[] FromClient(byte[] message)
    {
        var bytes = new byte[4 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length);
        message.CopyTo(bytes, 4);
        return bytes;
    }

    private protected override byte[] ToClient(byte[] bytes)
    {
        Assert.Equal(bytes.Length, BinaryPrimitives.ReadInt32BigEndian(bytes));
        return bytes[4..];
    }
}
