using System.Buffers;
using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Contracts.Tests.GatewayWorker;

/// <summary>GatewayWorker protocol 2.1 to 2.4, with the bytes captured from PHP.</summary>
public sealed class PacketCodecTests
{
    private static readonly PacketHeader FromClient = new()
    {
        LocalIp = 0x7F000001,
        LocalPort = 0x5974,
        ClientIp = 0x7F000001,
        ClientPort = 0xC464,
        ConnectionId = 2,
        Flags = PacketFlags.Scalar,
        GatewayPort = 0x6A88,
    };

    public static TheoryData<string, PacketHeader, string, string> Golden => new()
    {
        {
            "0000001c 01 7f000001 5974 7f000001 c464 00000002 01 6a88 00000000",
            FromClient with { Command = PacketCommand.OnConnect }, "", ""
        },
        {
            "00000032 03 7f000001 5974 7f000001 c464 00000002 01 6a88 00000012 613a313a7b733a313a2278223b693a353b7d 73657373",
            FromClient with { Command = PacketCommand.OnMessage }, "a:1:{s:1:\"x\";i:5;}", "sess"
        },
        {
            "0000001c c9 00000000 0000 00000000 0000 00000000 01 0000 00000000",
            new PacketHeader { Command = PacketCommand.Ping, Flags = PacketFlags.Scalar }, "", ""
        },
        {
            "00000044 c8 00000000 0000 00000000 0000 00000000 01 0000 00000000 7b22776f726b65725f6b6579223a2242573a30222c227365637265745f6b6579223a22736563227d",
            new PacketHeader { Command = PacketCommand.WorkerConnect, Flags = PacketFlags.Scalar }, "", "{\"worker_key\":\"BW:0\",\"secret_key\":\"sec\"}"
        },
        {
            "00000030 ca 00000000 0000 00000000 0000 00000000 01 0000 00000000 7b227365637265745f6b6579223a22736563227d",
            new PacketHeader { Command = PacketCommand.ClientConnect, Flags = PacketFlags.Scalar }, "", "{\"secret_key\":\"sec\"}"
        },
        {
            "0000001e 07 00000000 0000 00000000 0000 00000005 00 0000 00000000 4e3b",
            new PacketHeader { Command = PacketCommand.Kick, ConnectionId = 5 }, "", "N;"
        },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Write_GoldenPacket_GivesTheCapturedBytes(string hex, PacketHeader header, string ext, string body)
    {
        var buffer = new ArrayBufferWriter<byte>();

        PacketCodec.Write(buffer, header, Encoding.UTF8.GetBytes(ext), Encoding.UTF8.GetBytes(body));

        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexStringLower(buffer.WrittenSpan));
    }

    [Theory]
    [MemberData(nameof(Golden))]
    public void TryRead_GoldenBytesCutAnywhere_WaitsForMoreThenReads(string hex, PacketHeader header, string ext, string body)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Equal(PacketStatus.Incomplete, PacketCodec.TryRead(bytes.AsSpan(0, length), out _));
        }

        Assert.Equal(PacketStatus.Complete, PacketCodec.TryRead([.. bytes, 1, 2, 3], out var packet));

        Assert.Equal(header, packet.Header);
        Assert.Equal(ext, Encoding.UTF8.GetString(packet.Ext));
        Assert.Equal(body, Encoding.UTF8.GetString(packet.Body));
        Assert.Equal(bytes.Length, packet.Length);
    }

    [Theory]
    [InlineData("00000000")]
    [InlineData("0000001b")]
    [InlineData("00a00001")]
    [InlineData("ffffffff")]
    [InlineData("0000001c0500000000000000000000000000000001010000 00000001")]
    [InlineData("0000001c0500000000000000000000000000000001010000 ffffffff")]
    public void TryRead_LengthsThatCannotBe_AreInvalidAtOnce(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

        Assert.Equal(PacketStatus.Invalid, PacketCodec.TryRead(bytes, out _));
    }

    [Theory]
    [InlineData("00000004693a313b", "i:1;")]
    [InlineData("000000024e3b", "N;")]
    [InlineData("00000006613a303a7b7d", "a:0:{}")]
    public void WriteResponse_SerializedValue_HasItsLengthInFront(string hex, string value)
    {
        var buffer = new ArrayBufferWriter<byte>();

        PacketCodec.WriteResponse(buffer, Encoding.ASCII.GetBytes(value));

        Assert.Equal(hex, Convert.ToHexStringLower(buffer.WrittenSpan));
        Assert.Equal(PacketStatus.Complete, PacketCodec.TryReadResponse(buffer.WrittenSpan, out var read));
        Assert.Equal(value, Encoding.ASCII.GetString(read));
        Assert.Equal(PacketStatus.Incomplete, PacketCodec.TryReadResponse(buffer.WrittenSpan[..^1], out _));
    }

    [Fact]
    public void TryRead_MutatedPackets_AreReadRefusedOrWaitedFor()
    {
        byte[][] samples = [.. Golden.Select(row => Convert.FromHexString(row.Data.Item1.Replace(" ", "", StringComparison.Ordinal)))];
        DecoderFuzz.Run(3, 60_000, samples, "\0\u0001\u001c\u0020{}\":a0", input =>
        {
            var rest = input;
            while (PacketCodec.TryRead(rest, out var packet) == PacketStatus.Complete)
            {
                Assert.InRange(packet.Length, PacketHeader.Length, rest.Length);
                _ = InnerCredentials.TryParse(packet.Body, out _);
                _ = SendTargets.Parse(packet.Ext);
                rest = rest[packet.Length..];
            }
        });
    }
}
