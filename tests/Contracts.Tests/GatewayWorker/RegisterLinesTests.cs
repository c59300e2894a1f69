using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Rpc;

namespace Portico.Contracts.Tests.GatewayWorker;

/// <summary>GatewayWorker protocol, section 1.</summary>
public sealed class RegisterLinesTests
{
    [Fact]
    public void TryParse_LineOfAPhpGateway_IsRead()
    {
        Assert.True(RegisterLines.TryParse("{\"event\":\"gateway_connect\", \"address\":\"127.0.0.1:2900\", \"secret_key\":\"sec\"}"u8, out var line));

        Assert.Equal(RegisterLine.GatewayConnect, line.Event);
        Assert.Equal("127.0.0.1:2900", line.Address);
        Assert.Equal("sec", line.SecretKey);
    }

    [Theory]
    [InlineData("{\"event\":\"broadcast_addresses\",\"addresses\":[\"127.0.0.1:2900\",\"127.0.0.1:2901\"]}")]
    [InlineData("{\"event\":\"broadcast_addresses\",\"addresses\":{\"0\":\"127.0.0.1:2900\",\"3\":\"127.0.0.1:2901\"}}\r")]
    public void TryParse_BroadcastAsListOrObject_GivesTheAddresses(string text)
    {
        Assert.True(RegisterLines.TryParse(Encoding.UTF8.GetBytes(text), out var line));

        Assert.Equal(["127.0.0.1:2900", "127.0.0.1:2901"], line.Addresses!);
    }

    [Theory]
    [InlineData("{\"event\":\"worker_connect\"}", "", true)]
    [InlineData("{\"event\":\"worker_connect\",\"secret_key\":\"\"}", "", true)]
    [InlineData("{\"event\":\"worker_connect\",\"secret_key\":0}", "0", false)]
    [InlineData("{\"event\":\"worker_connect\",\"secret_key\":[]}", "", false)]
    [InlineData("{\"event\":\"worker_connect\",\"secret_key\":\"\\u5f20\\/\"}", "张/", true)]
    public void TryParse_SecretAsSent_MatchesAsInPhp(string text, string secret, bool same)
    {
        Assert.True(RegisterLines.TryParse(Encoding.UTF8.GetBytes(text), out var line));

        Assert.Equal(same, new RpcSecretKey(secret).MatchesText(line.SecretKey));
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"event\":\"\"}")]
    [InlineData("{\"event\":0}")]
    [InlineData("{\"event\":\"ping\"")]
    [InlineData("{\"event\":\"ping\"}x")]
    [InlineData("{\"event\":\"\\ud800\"}")]
    public void TryParse_NoLine_IsRefused(string text)
    {
        Assert.False(RegisterLines.TryParse(Encoding.UTF8.GetBytes(text), out _));
    }

    [Fact]
    public void Compose_Lines_AreWhatPhpPeersSend()
    {
        Assert.Equal("{\"event\":\"worker_connect\",\"secret_key\":\"sec\"}\n", Encoding.UTF8.GetString(RegisterLines.WorkerConnect("sec")));
        Assert.Equal("{\"event\":\"ping\"}\n", Encoding.UTF8.GetString(RegisterLines.Ping()));
        Assert.Equal(
            "{\"event\":\"gateway_connect\",\"address\":\"127.0.0.1:2900\",\"secret_key\":\"a\\\"b\"}\n",
            Encoding.UTF8.GetString(RegisterLines.GatewayConnect("127.0.0.1:2900", "a\"b")));
        Assert.Equal(
            "{\"event\":\"broadcast_addresses\",\"addresses\":[\"127.0.0.1:2900\",\"127.0.0.1:2901\"]}\n",
            Encoding.UTF8.GetString(RegisterLines.BroadcastAddresses(["127.0.0.1:2900", "127.0.0.1:2901"])));
        Assert.Equal("{\"event\":\"broadcast_addresses\",\"addresses\":[]}\n", Encoding.UTF8.GetString(RegisterLines.BroadcastAddresses([])));
    }

    [Fact]
    public void TryParse_MutatedLines_AreReadOrRefused()
    {
        byte[][] samples =
        [
            RegisterLines.GatewayConnect("127.0.0.1:2900", "sec"), RegisterLines.WorkerConnect(""), RegisterLines.Ping(),
            RegisterLines.BroadcastAddresses(["127.0.0.1:2900", "127.0.0.1:2901"]),
            Encoding.UTF8.GetBytes("{\"event\":\"broadcast_addresses\",\"addresses\":{\"0\":\"a\\/b\",\"3\":\"\\u5f20\"}}"),
        ];
        DecoderFuzz.Run(4, 40_000, samples, "{}[]\",:\\u0159ed/", input => _ = RegisterLines.TryParse(input, out _));
    }
}
