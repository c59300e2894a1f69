using Portico.Support;

namespace Portico.Cluster.Tests;

/// <summary>The four roles in one process: what is wrong is said at once, and demo identities never leave the machine.</summary>
public sealed class StandaloneTests
{
    [Fact]
    public async Task Start_FaultsInSeveralRoles_AreNamedAtOnce()
    {
        using var folder = new TemporaryFolder();
        await using var role = RoleProcess.Launch(
            "Portico.Standalone", "never", folder.Path, "--Register:Listen=x", "--Gateway:LanPort=99999", "--WebApi:Listen=foo", "--BusinessWorker:Events=nosuch");

        Assert.Equal(1, await role.ExitAsync());
        foreach (var fault in (string[])["Register:Listen is 'x'", "Gateway:LanPort is '99999'", "WebApi:Listen is 'foo'", "BusinessWorker:Events is 'nosuch'"])
        {
            await role.SeenAsync(fault);
        }
    }
}
