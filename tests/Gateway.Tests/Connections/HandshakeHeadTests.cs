using System.Net;
using System.Text;
using Portico.Gateway.Connections;
using Portico.Hosting.Proxies;

namespace Portico.Gateway.Tests.Connections;

public sealed class HandshakeHeadTests
{
    private static readonly IPNetwork[] Trusted = [IPNetwork.Parse("10.0.0.0/8")];

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/?token=a", "/")]
    [InlineData("/service/x?a=/b", "/service/x")]
    public void PathOf_LeavesTheQueryOut(string target, string path) =>
        Assert.Equal(path, HandshakeHead.PathOf(LoopHarness.Handshake(target)));

    [Theory]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4")]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.9.9.9\r\n", "1.2.3.4")]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: 6.6.6.6\r\nx-forwarded-for: 1.2.3.4:99\r\n", "1.2.3.4")]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: [2001:db8::7]:443\r\n", "2001:db8::7")]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: ::ffff:1.2.3.4\r\n", "1.2.3.4")]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: 6.6.6.6, nonsense\r\n", null)]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: 6.6.6.6, unknown, 10.9.9.9\r\n", "10.9.9.9")]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: 1.2.3.4,\r\n", null)]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Forwarded-For: 10.2.2.2, 10.9.9.9\r\n", "10.2.2.2")]
    [InlineData(ClientAddressSource.XForwardedFor, "X-Real-IP: 6.6.6.6\r\n", null)]
    [InlineData(ClientAddressSource.XRealIp, "X-Real-IP: 1.2.3.4\r\nX-Forwarded-For: 6.6.6.6\r\n", "1.2.3.4")]
    [InlineData(ClientAddressSource.XRealIp, "X-Forwarded-For: 6.6.6.6\r\nx-real-ip:1.2.3.4\r\n", "1.2.3.4")]
    [InlineData(ClientAddressSource.XRealIp, "X-Real-IP: 6.6.6.6\r\nX-Real-IP: 1.2.3.4\r\n", null)]
    [InlineData(ClientAddressSource.XRealIp, "X-Real-IP: 6.6.6.6, 1.2.3.4\r\n", null)]
    [InlineData(ClientAddressSource.XRealIp, "X-Forwarded-For: 6.6.6.6\r\n", null)]
    [InlineData(ClientAddressSource.Proxy, "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n", null)]
    [InlineData(ClientAddressSource.Peer, "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\n", null)]
    [InlineData(ClientAddressSource.XForwardedFor, "", null)]
    public void ClientOf_LooksAtTheConfiguredHeaderAlone(ClientAddressSource source, string headers, string? expected)
    {
        var found = HandshakeHead.ClientOf(LoopHarness.Handshake("/", headers), new ClientAddressRule(source, Trusted));

        Assert.Equal(expected, found?.ToString());
    }

    [Fact]
    public void ClientOf_Garbage_IsNobody() =>
        Assert.Null(HandshakeHead.ClientOf(Encoding.ASCII.GetBytes("nothing"), new ClientAddressRule(ClientAddressSource.XRealIp, Trusted)));

    [Theory]
    [InlineData("9.9.9.9", "9.9.9.9")]
    [InlineData("10.1.1.1", "1.2.3.4")]
    [InlineData("::ffff:10.1.1.1", "1.2.3.4")]
    public void Handshake_FromAPeer_IsBelievedWhenThePeerIsTrusted(string peer, string expected)
    {
        var loop = new LoopHarness { ClientAddress = new(ClientAddressSource.XForwardedFor, Trusted), Remote = new IPEndPoint(IPAddress.Parse(peer), 1) };

        Assert.Equal(expected, loop.WebSocket(headers: "X-Forwarded-For: 1.2.3.4\r\n").RemoteEndPoint.Address.ToString());
    }
}
