using System.Net;
using Portico.Cluster.Tests.Service;
using Portico.Cluster.Tests.Support;
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

    [Fact]
    public async Task StartAndStop_OfADemo_SayWhereToGoAndNothingThatAlarms()
    {
        using var folder = new TemporaryFolder();
        await using var role = await RunningStandalone.StartAsync(folder);
        await using var client = await TestClient.ConnectAsync($"ws://127.0.0.1:{role.Clients}/");
        await role.Process.SeenAsync("Ctrl-C stops it");

        Assert.Equal(0, await role.Process.StopAsync());

        var lines = role.Process.Log.Split('\n');
        Assert.Contains(lines, line => line == $"Portico is ready. Open {role.Http} in a browser: it shows every page, with demo identities.");
        Assert.Contains(lines, line => line.Contains(folder.File("data/api-key"), StringComparison.Ordinal) && line.Contains("X-Api-Key", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(folder.File("data/secret-key"), StringComparison.Ordinal) && line.Contains("Gateway::$secretKey", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"ws://127.0.0.1:{role.Clients}", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.False(line.Contains("warn:", StringComparison.Ordinal) || line.Contains("fail:", StringComparison.Ordinal) || line.Contains("info:", StringComparison.Ordinal), line));
        Assert.All(lines, line => Assert.True(line.Length < 160, line));
        Assert.Equal("Portico has stopped.", lines[^1]);
    }

    [Fact]
    public async Task Start_EveryInnerListenerOnAllAddresses_FindsItselfByLoopback()
    {
        using var folder = new TemporaryFolder();
        var (register, log) = (FreePort.Take(), FreePort.Take());
        await using var role = await RunningStandalone.StartAsync(folder, $"--Register:Listen=0.0.0.0:{register}", $"--WebApi:InnerListen=0.0.0.0:{log}");

        Assert.Contains("Portico is ready.", role.Process.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_TooFewDescriptors_IsRefusedInASentence()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "lowers a limit of Linux");
        using var folder = new TemporaryFolder();
        foreach (var limit in (int[])[100, 300])
        {
            var ended = await Assert.ThrowsAsync<InvalidOperationException>(() => RoleProcess.StartWithAsync(limit, "Portico.Standalone", "Portico is ready", folder.Path));
            Assert.Contains($"ulimit -n is {limit}: must be 512 or more", ended.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", ended.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Start_BrokenJson_IsNamedWithItsLine()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("appsettings.json"), "{\n  \"Gateway\": { \"LanPort\": 1\n  \"x\": 2 }\n}");
        await using var role = RoleProcess.Launch("Portico.Standalone", "never", folder.Path);

        Assert.Equal(1, await role.ExitAsync());
        await role.SeenAsync("appsettings.json'. Line 3, byte 3: ");
        Assert.DoesNotContain("   at ", role.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--WebApi:Demo=false")]
    [InlineData("--WebApi:AllowedHosts:0=shop.example")] // a proxy on this machine lets others in
    public async Task Demo_SwitchedOffOrReachableUnderAnotherName_GivesNoTokens(string setting)
    {
        using var folder = new TemporaryFolder();
        await using var role = await RunningStandalone.StartAsync(folder, setting);
        using var caller = new HttpCaller(role.Http);

        foreach (var path in (string[])["demo/token?uid=U_1", "demo/chat?uid=U_1&pid=900001", "index.html", "shop.html"])
        {
            var (status, _) = await caller.SendAsync(new HttpRequestMessage(HttpMethod.Get, path));
            Assert.Equal(HttpStatusCode.NotFound, status);
        }
    }

    [Fact]
    public async Task Service_DemoIdentities_TalkThroughTheQueue()
    {
        using var folder = new TemporaryFolder();
        await using var role = await RunningStandalone.StartAsync(folder, "--WebApi:Limits:PushMilliseconds=60000", "--WebApi:Limits:PresenceMilliseconds=60000");
        using var caller = new HttpCaller(role.Http);
        await using var agent = await JoinAsync("uid=agent_1&role=agent");
        await using var visitor = await JoinAsync("uid=visitor_1");

        var sent = await visitor.SayAsync("hello");
        Assert.Equal("ack", sent.GetProperty("type").GetString());
        var claim = await agent.AskAsync(new() { ["type"] = "claim" });
        Assert.Equal("visitor_1", claim.GetProperty("openid").GetString());
        Assert.Equal(sent.GetProperty("conversation").GetString(), claim.GetProperty("conversation").GetString());
        Assert.Equal("agent_1", (await visitor.NextAsync("claimed")).GetProperty("agent").GetString());
        Assert.True((await agent.AskAsync(new() { ["type"] = "canned" })).GetProperty("answers").GetArrayLength() >= 2);

        async Task<DeskClient> JoinAsync(string query)
        {
            var (_, answer) = await caller.SendAsync(new HttpRequestMessage(HttpMethod.Get, "demo/token?" + query));
            return await DeskClient.ConnectAsync($"ws://127.0.0.1:{role.Clients}/service?token={answer.GetProperty("token").GetString()}");
        }
    }
}
