using System.Text;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols.WebSocket;

namespace Portico.Gateway.Tests.Protocols.WebSocket;

public sealed class CloseFrameTests
{
    [Theory]
    [InlineData(1000, 1000)]
    [InlineData(1013, 1013)]
    [InlineData(4008, 4008)]
    [InlineData(0, 1000)]
    [InlineData(1005, 1000)]
    [InlineData(1006, 1000)]
    [InlineData(1015, 1000)]
    [InlineData(5000, 1000)]
    public void Write_AnyCode_SendsOneThatIsAllowed(int code, int sent)
    {
        Assert.Equal(sent, Written(new CloseReason((ushort)code, "x")).Code);
    }

    [Fact]
    public void Write_LongReason_IsCutBetweenCharacters()
    {
        var (_, text) = Written(new CloseReason(1000, new string('é', 100)));

        Assert.Equal(new string('é', 61), text);
    }

    [Fact]
    public void Write_NoReason_SendsTheCodeAlone()
    {
        Assert.Equal((1000, ""), Written(new CloseReason(1000, null!)));
    }

    private static (int Code, string Text) Written(CloseReason reason)
    {
        var bytes = new byte[CloseFrame.MaxSize];
        var size = CloseFrame.Write(bytes, reason);
        var (opcode, _, payload) = ClientFrames.Read(bytes[..size]);
        Assert.Equal(ClientFrames.Close, opcode);
        return ((payload[0] << 8) | payload[1], Encoding.UTF8.GetString(payload, 2, payload.Length - 2));
    }
}
