using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Portico.Hosting.Tests;

[Collection("configuration files")]
public sealed class RoleRunnerTests
{
    [Fact]
    public async Task RunAsync_FaultyConfiguration_EndsWithOne()
    {
        var code = await RoleRunner.RunAsync("test", [], _ =>
        {
            var faults = new ConfigurationFaults();
            faults.Add("Gateway:LanPort", "0", "a port from 1 to 65535 would be right");
            faults.Add("SecretKey", null, "needed, since Gateway:LanIp is not loopback");
            faults.ThrowIfAny();
            throw new InvalidOperationException("not reached");
        });

        Assert.Equal(1, code);
    }

    [Fact]
    public async Task RunAsync_ToldToStop_EndsWithZero()
    {
        var code = await RoleRunner.RunAsync("test", ["--Test:Key=value"], configuration =>
        {
            Assert.Equal("value", configuration["Test:Key"]);
            var host = RoleBuilder.CreatePlain(configuration).Build();
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            lifetime.ApplicationStarted.Register(lifetime.StopApplication);
            return host;
        }).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        Assert.Equal(0, code);
    }

    [Fact]
    public void ThrowIfAny_SeveralFaults_NamesThemAll()
    {
        var faults = new ConfigurationFaults();
        faults.Add("A:B", "x", "a number");
        faults.Add("C", null, "a key");

        var thrown = Assert.Throws<ConfigurationException>(faults.ThrowIfAny);

        Assert.Equal(["A:B is 'x': a number", "C is missing: a key"], thrown.Faults);
    }
}
