using Portico.Cluster.Tests.Support;
using Portico.Support;
using static Portico.Cluster.Tests.Service.DeskClient;

namespace Portico.Cluster.Tests.Service;

/// <summary>The queue of portico.v1 agents and visitors on real processes (PROTOCOL.md, "Customer service").</summary>
public sealed class ServiceQueueTests
{
    [Fact]
    public async Task Queue_TwoAgentsTwoVisitors_OnSqlite_IsServedToTheEnd()
    {
        await using var cluster = await StartAsync(null);

        await QueueStory.ServeAsync(cluster);

        Assert.Empty(cluster.UnexpectedErrors());
    }

    [Fact]
    public async Task Queue_TwoAgentsTwoVisitors_OnMariaDb_IsServedToTheEnd()
    {
        Assert.SkipUnless(PrivateMariaDb.Missing is null, PrivateMariaDb.Missing ?? "");
        await using var database = await PrivateMariaDb.StartAsync();
        await database.QueryAsync("CREATE DATABASE portico");
        await using var cluster = await StartAsync("mysql:" + database.ConnectionString("portico"));

        await QueueStory.ServeAsync(cluster);

        Assert.Empty(cluster.UnexpectedErrors());
    }

    [Fact]
    public async Task Queue_TwoWebApisWithAWorkerEach_OnMariaDb_IsOneQueue()
    {
        Assert.SkipUnless(PrivateMariaDb.Missing is null, PrivateMariaDb.Missing ?? "");
        await using var database = await PrivateMariaDb.StartAsync();
        await database.QueryAsync("CREATE DATABASE portico");
        await using var cluster = await StartAsync("mysql:" + database.ConnectionString("portico"), workers: 1);
        await cluster.AddWebApiAsync();
        await cluster.AddWorkerAsync();
        await cluster.AnswersAsync();

        // Least connections first: one client after the other goes to the one worker and the other.
        await QueueStory.ServeAsync(cluster);
        await QueueStory.RaceAsync(QueueStory.Address(cluster));

        Assert.Equal("0", (await database.QueryAsync("SELECT COUNT(*) FROM (SELECT conversation_id FROM messages GROUP BY conversation_id HAVING COUNT(*) <> MAX(seq)) AS holes", "portico")).Trim());
        Assert.Empty(cluster.UnexpectedErrors());
    }

    [Fact]
    public async Task Lease_AgentVanishesWhileTheWorkersAndTheWebApiDie_ReturnsToTheHead()
    {
        await using var cluster = await StartAsync(null);
        var address = QueueStory.Address(cluster);
        await using var stays = await DeskClient.ConnectAsync(address, "stays", agent: true);
        var vanishes = await DeskClient.ConnectAsync(address, "vanishes", agent: true);
        await using var one = await DeskClient.ConnectAsync(address, "v1", agent: false);
        await using var two = await DeskClient.ConnectAsync(address, "v2", agent: false);
        await using var three = await DeskClient.ConnectAsync(address, "v3", agent: false);
        foreach (var visitor in (DeskClient[])[one, two, three])
        {
            Assert.Equal("ack", Type(await visitor.SayAsync("hello")));
        }

        Assert.Equal("claim", Type(await vanishes.AskAsync(new() { ["type"] = "claim" })));
        Assert.Equal("claim", Type(await stays.AskAsync(new() { ["type"] = "claim" })));
        await one.NextAsync("claimed");
        await two.NextAsync("claimed");

        // A worker's death is no vanishing: the agents' sockets live, and another worker serves them.
        await cluster.Workers[0].KillAsync();
        Assert.Equal("ack", Type(await vanishes.SayAsync("still here", "v1")));
        Assert.Equal("still here", (await one.NextAsync("reception")).GetProperty("content").GetString());

        await cluster.WebApi.KillAsync();
        await vanishes.DisposeAsync();
        await cluster.StartWebApiAsync();

        await stays.WaitingAsync("v1", "v3");
        await one.PositionAsync(1);
        await three.PositionAsync(2);
        Assert.Equal("not_allowed", Code(await stays.SayAsync("not mine", "v1")));
        Assert.Equal("v1", (await stays.AskAsync(new() { ["type"] = "claim" })).GetProperty("openid").GetString());
        Assert.Equal("stays", (await one.NextAsync("claimed")).GetProperty("agent").GetString());
        Assert.Equal("ack", Type(await stays.SayAsync("and mine all the time", "v2")));
    }

    [Fact]
    public async Task OldAgentsAndQueue_SideBySide_TheFirstSeeAllAndTheOthersTheirOwn()
    {
        const string AgentToken = "shared-agent-token";
        await using var cluster = await PorticoCluster.StartAsync(
            setup =>
            {
                setup.WorkerArguments.Add($"--Service:AgentToken={AgentToken}");
                setup.WebApiArguments.Add("--Service:QueueCapacity=1");
            },
            1,
            1,
            "shop",
            "service");
        var address = QueueStory.Address(cluster);
        await using var alice = await DeskClient.ConnectAsync(address, "alice", agent: true);
        await using var one = await DeskClient.ConnectAsync(address, "v1", agent: false);
        await using var two = await DeskClient.ConnectAsync(address, "v2", agent: false);
        await using var old = await TestClient.ConnectAsync($"{address}?token={AgentToken}");
        using var caller = cluster.Caller();
        await Guard.UntilAsync(
            async () => (await caller.CommandAsync("getClientIdCountByGroup", ("group", "service:agents"))).GetProperty("data").GetInt32() == 2, "both agents");

        Assert.Equal("ack", Type(await one.SayAsync("first")));
        Assert.Equal("""{"msg":"first","openid":"v1"}""", await old.ReceiveAsync());
        await one.PositionAsync(1);
        Assert.Equal("at_capacity", Code(await two.SayAsync("refused, and not stored")));

        // The old agent answers: nobody needs to claim this one any more, and there is room for the next.
        await old.SendAsync("""{"type":1,"msg":"answered","openid":"v1"}""");
        Assert.Equal("agent", (await one.NextAsync("reception")).GetProperty("agent").GetString());
        await one.PositionAsync(0);
        Assert.Equal("v1", (await alice.NextAsync("reception", frame => frame.GetProperty("content").GetString() == "answered")).GetProperty("to").GetString());
        await alice.WaitingAsync();
        Assert.Equal("ack", Type(await two.SayAsync("second")));
        Assert.Equal("""{"msg":"second","openid":"v2"}""", await old.ReceiveAsync());

        // The holder's other device is told of what he writes, the old agent of what is written to anybody who holds.
        Assert.Equal("claim", Type(await alice.AskAsync(new() { ["type"] = "claim" })));
        await using var phone = await DeskClient.ConnectAsync(address, "alice", agent: true);
        Assert.Equal("v2", phone.Frames[^1].GetProperty("mine")[0].GetProperty("openid").GetString());
        Assert.Equal("ack", Type(await two.SayAsync("to my agent")));
        Assert.Equal("""{"msg":"to my agent","openid":"v2"}""", await old.ReceiveAsync());
        Assert.Equal("ack", Type(await alice.SayAsync("from my desk", "v2")));
        var own = await phone.NextAsync("reception", frame => frame.TryGetProperty("own", out _));
        Assert.Equal(("from my desk", "v2"), (own.GetProperty("content").GetString(), own.GetProperty("to").GetString()));
        await old.SendAsync("""{"type":1,"msg":"I may, too","openid":"v2"}""");
        await two.NextAsync("reception", frame => frame.GetProperty("content").GetString() == "I may, too");
        Assert.Empty(cluster.UnexpectedErrors());
    }

    private static Task<PorticoCluster> StartAsync(string? store, int workers = 2) => PorticoCluster.StartAsync(
        setup =>
        {
            setup.WebApiArguments.AddRange([$"--Service:LeaseSeconds={QueueStory.LeaseSeconds}", "--Service:Canned:0:Title=Welcome", "--Service:Canned:0:Text=What can I do for you?"]);
            if (store is not null)
            {
                setup.WebApiArguments.Add($"--WebApi:Store={store}");
            }
        },
        1,
        workers,
        "shop",
        "service");
}
