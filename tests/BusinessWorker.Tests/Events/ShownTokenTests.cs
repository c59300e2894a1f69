using System.Text;
using Portico.BusinessWorker.Events;

namespace Portico.BusinessWorker.Tests.Events;

public sealed class ShownTokenTests
{
    [Theory]
    [InlineData("/", "portico.v1, portico.token.a.b.c", true, "a.b.c")]
    [InlineData("/", "portico.token.a-b_c~,portico.v1", true, "a-b_c~")]
    [InlineData("/?token=old", "portico.v1, portico.token.new", true, "new")]
    [InlineData("/?token=old", "portico.v1, portico.token.new", false, "old")]
    [InlineData("/?token=a%2Bb", "portico.v1", true, "a+b")]
    [InlineData("/?token=x", "PORTICO.TOKEN.y", true, "x")]
    [InlineData("/", "portico.v1, portico.token.", true, "")]
    [InlineData("/", "", true, "")]
    public void Of_WhereItStands_IsFound(string target, string offers, bool speaksPortico, string expected)
    {
        var request = HandshakeRequest.Parse(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: shop.example\r\nSec-WebSocket-Protocol: {offers}\r\n\r\n"));

        Assert.Equal(expected, ShownToken.Of(request, speaksPortico));
    }

    [Fact]
    public void Of_OffersInSeveralFields_IsFound()
    {
        var request = HandshakeRequest.Parse("GET / HTTP/1.1\r\nsec-websocket-protocol: portico.v1\r\nSec-WebSocket-Protocol: portico.token.abc\r\n\r\n"u8);

        Assert.Equal("abc", ShownToken.Of(request, speaksPortico: true));
    }
}
