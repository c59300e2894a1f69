using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.Contracts.Tests.GatewayWorker;

/// <summary>GatewayWorker protocol 2.8; what parse_str() gives was read from PHP 8.2.</summary>
public sealed class HandshakeBodyTests
{
    [Theory]
    [InlineData("", "a:0:{}")]
    [InlineData("a=1&b[]=2&b[]=3&c.d=%20z", "a:3:{s:1:\"a\";s:1:\"1\";s:1:\"b\";a:2:{i:0;s:1:\"2\";i:1;s:1:\"3\";}s:3:\"c_d\";s:2:\" z\";}")]
    [InlineData("e[k]=v&e[7]=w&e[k][x]=y", "a:1:{s:1:\"e\";a:2:{s:1:\"k\";a:1:{s:1:\"x\";s:1:\"y\";}i:7;s:1:\"w\";}}")]
    [InlineData("a=1&a=2", "a:1:{s:1:\"a\";s:1:\"2\";}")]
    [InlineData("a+b=c+d&x", "a:2:{s:3:\"a_b\";s:3:\"c d\";s:1:\"x\";s:0:\"\";}")]
    [InlineData("=x&&&[a]=1", "a:0:{}")]
    [InlineData("a[b=1&c[d]e=2", "a:2:{s:3:\"a_b\";s:1:\"1\";s:1:\"c\";a:1:{s:1:\"d\";s:1:\"2\";}}")]
    [InlineData("%zz=%4&7=x", "a:2:{s:3:\"%zz\";s:2:\"%4\";i:7;s:1:\"x\";}")]
    public void PhpQuery_Text_IsReadAsPhpDoes(string query, string serialized)
    {
        Assert.Equal(serialized, PhpValue.FromPhpArray(PhpQuery.Parse(Encoding.UTF8.GetBytes(query))).ToString());
    }

    [Fact]
    public void Build_RequestHead_GivesGetServerCookie()
    {
        const string Head = "GET /chat?a=1&b[]=2 HTTP/1.1\r\nHost: example.com:8282\r\nUpgrade: websocket\r\nX-A: 1\r\nCookie: s=1; t=a%20b;junk; u = x\r\nx-a:  2 \r\n\r\n";

        var body = HandshakeBody.Build(Encoding.ASCII.GetBytes(Head), "10.0.0.9", 50276, 8282);

        Assert.Equal(
            "a:3:{s:3:\"get\";a:2:{s:1:\"a\";s:1:\"1\";s:1:\"b\";a:1:{i:0;s:1:\"2\";}}"
            + "s:6:\"server\";a:13:{s:12:\"QUERY_STRING\";s:9:\"a=1&b[]=2\";s:14:\"REQUEST_METHOD\";s:3:\"GET\";s:11:\"REQUEST_URI\";s:15:\"/chat?a=1&b[]=2\";"
            + "s:15:\"SERVER_PROTOCOL\";s:8:\"HTTP/1.1\";s:11:\"SERVER_NAME\";s:16:\"example.com:8282\";s:12:\"CONTENT_TYPE\";N;s:11:\"REMOTE_ADDR\";s:8:\"10.0.0.9\";"
            + "s:11:\"REMOTE_PORT\";i:50276;s:11:\"SERVER_PORT\";i:8282;s:9:\"HTTP_HOST\";s:16:\"example.com:8282\";s:12:\"HTTP_UPGRADE\";s:9:\"websocket\";"
            + "s:8:\"HTTP_X_A\";s:3:\"1,2\";s:11:\"HTTP_COOKIE\";s:24:\"s=1; t=a%20b;junk; u = x\";}"
            + "s:6:\"cookie\";a:3:{s:1:\"s\";s:1:\"1\";s:1:\"t\";s:5:\"a%20b\";s:1:\"u\";s:2:\" x\";}}",
            PhpValue.FromPhpArray(body).ToString());
    }

    [Fact]
    public void Build_MutatedHeads_NeverThrow()
    {
        byte[][] samples = [Encoding.ASCII.GetBytes("GET /c?a=1&b[]=2&e[k][x]=%41 HTTP/1.1\r\nHost: h\r\nCookie: s=1; t=2\r\nX: y\r\n\r\n")];
        DecoderFuzz.Run(6, 20_000, samples, "[]&=%;: \r\n.+", input => _ = PhpSerialize.Serialize(HandshakeBody.Build(input, "::1", 1, 2)));
    }
}
