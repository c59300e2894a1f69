using System.Text;
using Portico.BusinessWorker.Events.Service;

namespace Portico.BusinessWorker.Tests.Events;

public sealed class SessionValueTests
{
    [Theory]
    [InlineData("""{"openid":"o_1","session_key":"k"}""", "o_1")]
    [InlineData("""think_serialize:{"openid":"o_1"}""", "o_1")]
    [InlineData("""think_serialize:a:2:{s:3:"uid";i:7;s:6:"openid";s:3:"o_1";}""", "o_1")]
    [InlineData("""think_serialize:s:16:"{"openid":"o_1"}";""", "o_1")]
    [InlineData("""{"openid":"微信"}""", "微信")]
    [InlineData("""{"openid":5}""", null)]
    [InlineData("""{"openid":"\ud800"}""", null)]
    [InlineData("""["openid"]""", null)]
    [InlineData("""{"openid":""", null)]
    [InlineData("""think_serialize:""", null)]
    [InlineData("""think_serialize:i:5;""", null)]
    [InlineData("""think_serialize:a:1:{s:6:"openid";a:0:{}}""", null)]
    [InlineData("""think_serialize:a:1:{s:6:"openid";s:300:"x";}""", null)]
    [InlineData("""think_serialize:O:8:"Visitor_":1:{s:6:"openid";s:3:"o_1";}""", null)]
    [InlineData("", null)]
    public void ReadOpenid_AnyValue_IsTheOpenidOrNothing(string value, string? openid) =>
        Assert.Equal(openid, SessionValue.ReadOpenid(Encoding.UTF8.GetBytes(value)));

    [Fact]
    public void ReadOpenid_RandomBytes_NeverThrows()
    {
        var random = new Random(5);
        var prefix = "think_serialize:"u8.ToArray();
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            _ = SessionValue.ReadOpenid(i % 2 == 0 ? bytes : [.. prefix, .. bytes]);
        }
    }

    [Fact]
    public void ReadOpenid_HugeValue_IsNotLookedInto() =>
        Assert.Null(SessionValue.ReadOpenid(Encoding.UTF8.GetBytes($$"""{"openid":"o_1","more":"{{new string('x', 70_000)}}"}""")));
}
