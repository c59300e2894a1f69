using System.Net;
using System.Text;
using Portico.Gateway.Protocols.Proxies;

namespace Portico.Gateway.Tests.Protocols.Proxies;

public sealed class ProxyHeaderTests
{
    private static readonly byte[] Signature = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A];

    public static TheoryData<byte[], string?> Good => new()
    {
        { Line("TCP4 192.168.0.1 10.0.0.11 56324 443"), "192.168.0.1:56324" },
        { Line("TCP4 255.255.255.255 255.255.255.255 65535 65535"), "255.255.255.255:65535" },
        { Line("TCP6 2001:db8::1 ::1 1 65535"), "[2001:db8::1]:1" },
        { Line("UNKNOWN"), null },
        { Line("UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535"), null },
        { Binary(0x21, 0x11, [192, 168, 0, 1, 10, 0, 0, 11, 0xDC, 0x04, 0x01, 0xBB]), "192.168.0.1:56324" },
        { Binary(0x21, 0x21, [.. IPAddress.Parse("2001:db8::1").GetAddressBytes(), .. new byte[16], 0, 1, 0, 2]), "[2001:db8::1]:1" },
        { Binary(0x21, 0x11, [192, 168, 0, 1, 10, 0, 0, 11, 0xDC, 0x04, 0x01, 0xBB, 0x04, 0, 2, 0, 0]), "192.168.0.1:56324" },
        { Binary(0x20, 0x11, [192, 168, 0, 1, 10, 0, 0, 11, 0xDC, 0x04, 0x01, 0xBB]), null },
        { Binary(0x20, 0x00, []), null },
        { Binary(0x21, 0x31, new byte[216]), null },
        { Binary(0x21, 0x00, []), null },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void TryRead_WholeHeader_GivesTheClient(byte[] header, string? client)
    {
        byte[] bytes = [.. header, .. "GET / HTTP/1.1\r\n"u8];
        for (var size = 0; size < header.Length; size++)
        {
            Assert.Equal(ProxyHeaderStatus.NeedMore, ProxyHeader.TryRead(bytes.AsSpan(0, size), out _, out _));
        }

        var status = ProxyHeader.TryRead(bytes, out var endPoint, out var consumed);

        Assert.Equal(ProxyHeaderStatus.Present, status);
        Assert.Equal(header.Length, consumed);
        Assert.Equal(client is null ? null : IPEndPoint.Parse(client), endPoint);
    }

    public static TheoryData<byte[]> Bad => new(
        Line("TCP4 192.168.0.1 10.0.0.11 56324"),
        Line("TCP4 192.168.0.1 10.0.0.11 56324 443 "),
        Line("TCP4 192.168.0.1  10.0.0.11 56324 443"),
        Line("TCP4 192.168.0 10.0.0.11 56324 443"),
        Line("TCP4 192.168.00.1 10.0.0.11 56324 443"),
        Line("TCP4 0x7f.0.0.1 10.0.0.11 56324 443"),
        Line("TCP4 256.168.0.1 10.0.0.11 56324 443"),
        Line("TCP4 ::1 ::1 56324 443"),
        Line("TCP4 192.168.0.1 10.0.0.11 65536 443"),
        Line("TCP4 192.168.0.1 10.0.0.11 0443 443"),
        Line("TCP4 192.168.0.1 10.0.0.11 -1 443"),
        Line("TCP4 192.168.0.1 10.0.0.11 +1 443"),
        Line("TCP4 192.168.0.1 10.0.0.11 1  443"),
        Line("TCP6 192.168.0.1 10.0.0.11 1 443"),
        Line("TCP6 [::1] ::1 1 443"),
        Line("TCP6 fe80::1%1 ::1 1 443"),
        Line("UDP4 192.168.0.1 10.0.0.11 1 443"),
        Line(""),
        Encoding.ASCII.GetBytes("PROXY " + new string('x', 101)),
        Binary(0x11, 0x11, new byte[12]),
        Binary(0x22, 0x11, new byte[12]),
        Binary(0x21, 0x11, new byte[11]),
        Binary(0x21, 0x21, new byte[35]),
        Binary(0x21, 0x11, new byte[3000]));

    [Theory]
    [MemberData(nameof(Bad))]
    public void TryRead_WrongHeader_IsMalformed(byte[] header)
    {
        Assert.Equal(ProxyHeaderStatus.Malformed, ProxyHeader.TryRead(header, out var client, out var consumed));
        Assert.Null(client);
        Assert.Equal(0, consumed);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n")]
    [InlineData("POST")]
    [InlineData("PROXX")]
    [InlineData("\r\n\r\n\0\r\nQUIX")]
    [InlineData("{\"type\":\"pong\"}\n")]
    public void TryRead_OtherBytes_IsAbsent(string bytes)
    {
        Assert.Equal(ProxyHeaderStatus.Absent, ProxyHeader.TryRead(Encoding.ASCII.GetBytes(bytes), out _, out _));
    }

    [Fact]
    public void TryRead_RandomBytesBehindTheSignature_NeverThrows()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var tail = new byte[random.Next(100)];
            random.NextBytes(tail);
            var start = random.Next(2) == 0 ? Signature : "PROXY TCP4 "u8.ToArray();

            var status = ProxyHeader.TryRead([.. start, .. tail], out _, out var consumed);

            Assert.True(status == ProxyHeaderStatus.Present || consumed == 0);
        }
    }

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes($"PROXY {text}\r\n");

    private static byte[] Binary(byte command, byte family, byte[] body) => [.. Signature, command, family, (byte)(body.Length >> 8), (byte)body.Length, .. body];
}
