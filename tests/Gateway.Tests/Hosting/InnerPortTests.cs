using Microsoft.Extensions.Configuration;
using Portico.Gateway.Hosting;
using Portico.Hosting;
using Portico.Support;

namespace Portico.Gateway.Tests.Hosting;

/// <summary>An inner port that cannot be had: the message names the setting that is wrong.</summary>
public sealed class InnerPortTests
{
    [Theory]
    [InlineData("192.0.2.1", "", "Gateway:LanIp is '192.0.2.1': this machine has no such address.", "Gateway:InnerListen")]
    [InlineData("127.0.0.1", "192.0.2.1", "Gateway:InnerListen is '192.0.2.1': this machine has no such address.", "")]
    public async Task Start_AnAddressOfAnotherMachine_NamesTheSettingThatHasIt(string lanIp, string innerListen, string sentence, string cure)
    {
        var fault = await StartAsync(("Gateway:LanIp", lanIp), ("Gateway:InnerListen", innerListen), ("Gateway:LanPort", "0"));

        Assert.StartsWith(sentence, fault, StringComparison.Ordinal);
        Assert.Contains(cure, fault, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_APortThatIsTaken_NamesThePortAndWhoMayHaveIt()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();

        var fault = await StartAsync(("Gateway:LanPort", ((System.Net.IPEndPoint)taken.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture)));

        Assert.StartsWith($"Gateway:LanPort is '{taken.LocalEndpoint}': cannot be listened on: ", fault, StringComparison.Ordinal);
        Assert.Contains("another Portico", fault, StringComparison.Ordinal);
    }

    private static async Task<string> StartAsync(params (string Key, string Value)[] settings)
    {
        var all = settings.Append(("Gateway:Listen:0", "text://127.0.0.1:0")).Append(("SecretKey", "a-key-of-16-char")).ToDictionary(entry => entry.Item1, entry => (string?)entry.Item2);
        using var host = GatewayHost.Build(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        return Assert.Single((await Assert.ThrowsAsync<ConfigurationException>(() => host.StartAsync().Guarded())).Faults);
    }
}
