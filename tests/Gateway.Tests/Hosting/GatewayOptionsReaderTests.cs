using System.Net;
using Microsoft.Extensions.Configuration;
using Portico.Gateway.Hosting;
using Portico.Gateway.Protocols;
using Portico.Hosting;
using Portico.Hosting.Proxies;

namespace Portico.Gateway.Tests.Hosting;

public sealed class GatewayOptionsReaderTests
{
    [Fact]
    public void ListenOptions_EveryOption_IsAKnownKey()
    {
        // Protocol and EndPoint are read from Url.
        var names = typeof(ListenOptions).GetProperties().Select(property => property.Name).Except([nameof(ListenOptions.Protocol), nameof(ListenOptions.EndPoint)]).ToArray();
        var configuration = RoleConfiguration.Load("gateway", [.. names.Append("Origin").Select(name => $"--Gateway:Listen:0:{name}=x")]);

        Assert.Contains("TrustedProxies", names);
        Assert.Equal(["Gateway:Listen:0:Origin"], RoleConfiguration.UnknownKeys(configuration).Where(key => key.StartsWith("Gateway:Listen", StringComparison.Ordinal)));
    }

    [Fact]
    public void Read_Nothing_IsOneWebSocketListenerWithCompression()
    {
        var listener = Assert.Single(Read().Listen);

        Assert.Equal(ListenerProtocol.WebSocket, listener.Protocol);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 8282), listener.EndPoint);
        Assert.True(listener.Compression);
        Assert.False(listener.ContextTakeover);
        Assert.Equal(["portico.v1"], listener.Subprotocols);
    }

    [Fact]
    public void Read_ListenerAsSection_HasItsOwnOptions()
    {
        var options = Read(
            ("Gateway:Compression", "false"),
            ("Gateway:Listen:0", "text://127.0.0.1:1"),
            ("Gateway:Listen:1:Url", "websocket://127.0.0.1:2"),
            ("Gateway:Listen:1:Compression", "true"),
            ("Gateway:Listen:1:ContextTakeover", "true"),
            ("Gateway:Listen:1:WindowBits", "10"),
            ("Gateway:Listen:1:Subprotocols:0", "chat"),
            ("Gateway:Listen:1:Origins:0", "https://shop.example"),
            ("Gateway:Listen:1:TrustedProxies:0", "10.0.0.0/8"),
            ("Gateway:Listen:1:TrustedProxies:1", "192.168.1.1"),
            ("Gateway:Listen:1:ClientAddressFrom", "X-Real-IP"));

        Assert.False(options.Listen[0].Compression);
        var section = options.Listen[1];
        Assert.True(section.Compression);
        Assert.True(section.ContextTakeover);
        Assert.Equal(10, section.WindowBits);
        Assert.Equal(["chat"], section.Subprotocols);
        Assert.Equal(["https://shop.example"], section.Origins);
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.168.1.1/32")], section.TrustedProxies);
        Assert.Equal(ClientAddressSource.XRealIp, section.ClientAddressFrom);
    }

    [Fact]
    public void Read_Nothing_LimitsAddressesAndSecondsAndUnfinishedMessages()
    {
        var limits = Read().Limits;

        Assert.Equal((1000, 200, 4 << 20), (limits.ConnectionsPerAddress, limits.MessagesPerSecond, limits.BytesPerSecond));
        Assert.Equal((60, 60, 64 << 20), (limits.SilentSeconds, limits.PartialSeconds, limits.PartialBytes));
    }

    [Fact]
    public void Read_SeveralFaults_NamesAllOfThem()
    {
        var fault = Assert.Throws<ConfigurationException>(() => Read(
            ("Gateway:Listen:0:Url", "websocket://127.0.0.1:2"),
            ("Gateway:Listen:0:WindowBits", "16"),
            ("Gateway:Listen:0:Subprotocols:0", "two words"),
            ("Gateway:Listen:0:TrustedProxies:0", "nobody"),
            ("Gateway:Compression", "perhaps"),
            ("Gateway:MaxMessageSize", "0"),
            ("Gateway:Limits:FramesPerMessage", "none")));

        foreach (var key in (string[])[
            "Gateway:Listen:0:WindowBits", "Gateway:Listen:0:Subprotocols:0", "Gateway:Listen:0:TrustedProxies:0", "Gateway:Compression",
            "Gateway:MaxMessageSize", "Gateway:Limits:FramesPerMessage"])
        {
            Assert.Contains(key, fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("websocket", "10.0.0.1", null, "Gateway:Listen:0:ClientAddressFrom is missing: TrustedProxies is set, so say where those proxies put the client's address: proxy (PROXY protocol), x-forwarded-for, x-real-ip, or peer")]
    [InlineData("websocket", null, "x-real-ip", "Gateway:Listen:0:TrustedProxies is missing: ClientAddressFrom is 'x-real-ip'")]
    [InlineData("websocket", "10.0.0.1", "x-forwarded", "Gateway:Listen:0:ClientAddressFrom is 'x-forwarded': must be proxy (PROXY protocol), x-forwarded-for")]
    [InlineData("text", "10.0.0.1", "x-forwarded-for", "Gateway:Listen:0:ClientAddressFrom is 'x-forwarded-for': text://127.0.0.1:2 carries no header X-Forwarded-For")]
    public void Read_ClientAddressThatWouldBeGuessed_StopsTheStart(string scheme, string? proxy, string? from, string expected)
    {
        var settings = new List<(string, string)> { ("Gateway:Listen:0:Url", scheme + "://127.0.0.1:2") };
        settings.AddRange(proxy is null ? [] : [("Gateway:Listen:0:TrustedProxies:0", proxy)]);
        settings.AddRange(from is null ? [] : [("Gateway:Listen:0:ClientAddressFrom", from)]);

        var fault = Assert.Throws<ConfigurationException>(() => Read([.. settings]));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", "proxy", ClientAddressSource.Proxy)]
    [InlineData("frame", "peer", ClientAddressSource.Peer)]
    [InlineData("websocket", "PROXY", ClientAddressSource.Proxy)]
    [InlineData("websocket", "x-forwarded-for", ClientAddressSource.XForwardedFor)]
    public void Read_ClientAddressFrom_IsTaken(string scheme, string from, ClientAddressSource expected)
    {
        var listener = Read(
            ("Gateway:Listen:0:Url", scheme + "://127.0.0.1:2"),
            ("Gateway:Listen:0:TrustedProxies:0", "10.0.0.1"),
            ("Gateway:Listen:0:ClientAddressFrom", from)).Listen[0];

        Assert.Equal(expected, listener.ClientAddressFrom);
    }

    [Theory]
    [InlineData("10.1.2.3:1238", null, true)]
    [InlineData("10.1.2.3:1238", "127.0.0.1", true)]
    [InlineData("10.1.2.3:1238", "10.1.2.4", false)]
    [InlineData("127.0.0.1:1238", null, false)]
    [InlineData("register.example:1238", null, false)]
    public void Read_LoopbackAddressAtARegisterElsewhere_IsRefusedWithTheRemedy(string register, string? lanIp, bool refused)
    {
        (string, string)[] settings = [("Gateway:RegisterAddress:0", register), ("SecretKey", "0123456789abcdef"), ("Gateway:LanIp", lanIp ?? "")];

        var fault = Record.Exception(() => Read(settings));

        Assert.Equal(refused, fault is ConfigurationException);
        if (refused)
        {
            Assert.Contains($"Gateway:LanIp is '127.0.0.1': is loopback, and register {register} is not", fault!.Message, StringComparison.Ordinal);
        }
    }

    private static GatewayOptions Read(params (string Key, string Value)[] settings) => GatewayOptionsReader.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());
}
