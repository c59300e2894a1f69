namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>
/// PHP scripts that speak the wire as the protocol document describes it, against a register and two gateways as processes of their
/// own: the events of section 2.4, the methods of section 5, and what section 9 says the original dies of.
/// </summary>
public sealed class PhpWireTests
{
    [Theory]
    [InlineData("")]
    [InlineData("a secret of PHP and Portico")]
    public async Task Scripts_AgainstTwoGateways_FindWhatTheSpecificationSays(string key)
    {
        Assert.SkipWhen(PhpCluster.WhyNot is not null, PhpCluster.WhyNot ?? "");
        await using var cluster = await PhpCluster.StartAsync(key);

        // Events first: later scripts leave ends of clients behind, which wait for a worker.
        foreach (var script in new[] { "events.php", "groups.php", "methods.php", "abuse.php" })
        {
            var (code, output) = await cluster.RunAsync(script);
            Assert.True(code == 0, $"{script}:\n{output}\n{cluster.Log}");
        }

        Assert.True(cluster.IsAlive, cluster.Log);
        Assert.DoesNotContain("fail:", cluster.Log, StringComparison.Ordinal);
    }
}
