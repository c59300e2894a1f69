using System.Net;
using System.Text;
using Portico.Gateway.Connections;

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
    [InlineData("10.0.0.1", "X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 6.6.6.6, 1.2.3.4, 10.9.9.9\r\n", "1.2.3.4")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 6.6.6.6\r\nx-forwarded-for: 1.2.3.4:99\r\n", "1.2.3.4")]
    [InlineData("10.0.0.1", "X-Forwarded-For: [2001:db8::7]:443\r\n", "2001:db8::7")]
    [InlineData("10.0.0.1", "X-Real-IP: 1.2.3.4\r\n", "1.2.3.4")]
    [InlineData("10.0.0.1", "X-Forwarded-For: 6.6.6.6, nonsense\r\n", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    [InlineData("9.9.9.9", "X-Forwarded-For: 1.2.3.4\r\n", "9.9.9.9")]
    [InlineData("::ffff:10.0.0.1", "X-Forwarded-For: 1.2.3.4\r\n", "1.2.3.4")]
    public void ClientOf_BelievesTrustedProxiesOnly(string peer, string headers, string expected)
    {
        var found = HandshakeHead.ClientOf(LoopHarness.Handshake("/", headers), new IPEndPoint(IPAddress.Parse(peer), 1), Trusted);

        Assert.Equal(IPAddress.Parse(expected), found.Address);
    }

    [Fact]
    public void ClientOf_Garbage_IsThePeer()
    {
        var peer = new IPEndPoint(IPAddress.Parse("10.0.0.1"), 1);

        Assert.Same(peer, HandshakeHead.ClientOf(Encoding.ASCII.GetBytes("nothing"), peer, Trusted));
    }
}
