using Portico.Support;
using Portico.WebApi.Hosting;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Service;

/// <summary>What the queue must do on every store.</summary>
public abstract class ServiceCasesSpecification
{
    private readonly FakeClock _clock = new();

    private protected abstract Task<Func<LogClock, ISqlDialect>> DialectAsync();

    [Fact]
    public async Task Enqueue_SeveralVisitors_WaitInOrderAndEachOnce()
    {
        using var desk = await OpenAsync();
        await EnqueueAsync(desk, "a", "b", "c", "a");

        Assert.Equal(["a", "b", "c"], await desk.Cases.ListWaitingAsync());
        Assert.Equal(3, await desk.Cases.PositionAsync((await desk.Cases.FindOpenAsync("c"))!));
        var snapshot = await desk.Cases.SnapshotAsync(2);
        Assert.Equal(["a", "b"], snapshot.Waiting.Select(row => row.Openid));
        Assert.Equal(3, snapshot.Length);
        Assert.Empty(snapshot.Held);
    }

    [Fact]
    public async Task Enqueue_QueueIsFull_IsRefusedUntilSomebodyIsClaimed()
    {
        using var desk = await OpenAsync(new ServiceOptions { QueueCapacity = 2 });
        await EnqueueAsync(desk, "a", "b");

        Assert.Equal(CaseOutcome.Full, await desk.Cases.EnqueueAsync("c").Guarded());
        Assert.Equal(CaseOutcome.Done, await desk.Cases.EnqueueAsync("a").Guarded());
        Assert.Equal((CaseOutcome.Done, "a"), await desk.Cases.ClaimAsync("alice", "").Guarded());
        Assert.Equal(CaseOutcome.Done, await desk.Cases.EnqueueAsync("c").Guarded());
    }

    [Fact]
    public async Task Claim_HeadOrByName_GivesItToOneAndKnowsTheRest()
    {
        using var desk = await OpenAsync(new ServiceOptions { AgentCapacity = 2 });
        Assert.Equal(CaseOutcome.Empty, (await desk.Cases.ClaimAsync("alice", "").Guarded()).Outcome);
        await EnqueueAsync(desk, "a", "b", "c");

        Assert.Equal((CaseOutcome.Done, "b"), await desk.Cases.ClaimAsync("alice", "b").Guarded());
        Assert.Equal((CaseOutcome.Done, "a"), await desk.Cases.ClaimAsync("alice", "").Guarded());
        Assert.Equal(CaseOutcome.Full, (await desk.Cases.ClaimAsync("alice", "").Guarded()).Outcome);
        Assert.Equal(CaseOutcome.Done, (await desk.Cases.ClaimAsync("alice", "a").Guarded()).Outcome);
        Assert.Equal(CaseOutcome.Taken, (await desk.Cases.ClaimAsync("bob", "a").Guarded()).Outcome);
        Assert.Equal(CaseOutcome.Empty, (await desk.Cases.ClaimAsync("bob", "nobody").Guarded()).Outcome);
        await desk.Cases.SetCapacityAsync("alice", 3).Guarded();
        Assert.Equal((CaseOutcome.Done, "c"), await desk.Cases.ClaimAsync("alice", "").Guarded());
        Assert.Equal(3, (await desk.Cases.SnapshotAsync(10)).Capacities["alice"]);
    }

    [Fact]
    public async Task Claim_ManyAgentsInTwoProcesses_EachCaseHasOneHolderAndNobodyTooMany()
    {
        var dialect = await DialectAsync();
        using var one = new Desk(dialect, _clock, new ServiceOptions { AgentCapacity = 5 });
        using var other = new Desk(dialect, _clock, new ServiceOptions { AgentCapacity = 5 });
        await EnqueueAsync(one, [.. Enumerable.Range(0, 30).Select(i => $"v{i}")]);

        var claims = await Task.WhenAll(Enumerable.Range(0, 80).Select(i => (i % 2 == 0 ? one : other).Cases.ClaimAsync($"agent{i / 2 % 4}", ""))).Guarded();

        var won = claims.Where(claim => claim.Outcome == CaseOutcome.Done).Select(claim => claim.Openid).ToList();
        Assert.Equal(20, won.Count);
        Assert.Equal(20, won.Distinct().Count());
        var snapshot = await one.Cases.SnapshotAsync(100);
        Assert.Equal(10, snapshot.Length);
        Assert.All(snapshot.Held.GroupBy(row => row.Agent), held => Assert.Equal(5, held.Count()));
    }

    [Fact]
    public async Task Claim_SameVisitorByTwoAgentsAgainAndAgain_NeverHasTwoWinners()
    {
        var dialect = await DialectAsync();
        using var one = new Desk(dialect, _clock, new ServiceOptions());
        using var other = new Desk(dialect, _clock, new ServiceOptions());
        for (var i = 0; i < 20; i++)
        {
            await EnqueueAsync(one, "a");
            var both = await Task.WhenAll(one.Cases.ClaimAsync("alice", "a"), other.Cases.ClaimAsync("bob", "a")).Guarded();
            Assert.Equal([CaseOutcome.Done, CaseOutcome.Taken], both.Select(claim => claim.Outcome).Order());
            var holder = (await one.Cases.FindOpenAsync("a"))!.Agent;
            Assert.Equal(both[0].Outcome == CaseOutcome.Done ? "alice" : "bob", holder);
            Assert.Equal(CaseOutcome.Done, await other.Cases.CloseAsync(holder, "a").Guarded());
        }
    }

    [Fact]
    public async Task Expire_LeaseIsOver_ReturnsToTheHeadInTheOldOrder()
    {
        using var desk = await OpenAsync(new ServiceOptions { LeaseSeconds = 10 });
        await EnqueueAsync(desk, "a", "b", "c", "d");
        await desk.Cases.ClaimAsync("alice", "").Guarded();
        await desk.Cases.ClaimAsync("alice", "").Guarded();
        await desk.Cases.ClaimAsync("bob", "").Guarded();

        _clock.Advance(TimeSpan.FromSeconds(8));
        await desk.Cases.RenewAsync(["bob"]).Guarded();
        Assert.Empty(await desk.Cases.ExpireAsync().Guarded());
        _clock.Advance(TimeSpan.FromSeconds(3));
        var returned = await desk.Cases.ExpireAsync().Guarded();

        Assert.Equal(["a", "b"], returned.Select(row => row.Openid).Order());
        Assert.Equal(["a", "b", "d"], await desk.Cases.ListWaitingAsync());
        Assert.Equal(CaseState.Held, (await desk.Cases.FindOpenAsync("c"))!.State);
        Assert.Equal(CaseOutcome.NotAllowed, await desk.Cases.CloseAsync("alice", "a").Guarded());
        Assert.Equal((CaseOutcome.Done, "a"), await desk.Cases.ClaimAsync("bob", "").Guarded());
    }

    [Fact]
    public async Task Transfer_ToAgentOrBack_OnlyTheHolderMay()
    {
        using var desk = await OpenAsync(new ServiceOptions { AgentCapacity = 1 });
        await EnqueueAsync(desk, "a", "b", "c");
        await desk.Cases.ClaimAsync("alice", "").Guarded();
        Assert.Equal(CaseOutcome.NotAllowed, await desk.Cases.TransferAsync("bob", "a", "carol").Guarded());
        Assert.Equal(CaseOutcome.NotAllowed, await desk.Cases.ReturnAsync("bob", "a").Guarded());

        Assert.Equal(CaseOutcome.Done, await desk.Cases.TransferAsync("alice", "a", "bob").Guarded());
        Assert.Equal("bob", (await desk.Cases.FindOpenAsync("a"))!.Agent);
        Assert.Equal((CaseOutcome.Done, "b"), await desk.Cases.ClaimAsync("alice", "").Guarded());
        Assert.Equal(CaseOutcome.Full, await desk.Cases.TransferAsync("alice", "b", "bob").Guarded());
        Assert.Equal(CaseOutcome.Done, await desk.Cases.ReturnAsync("bob", "a").Guarded());
        Assert.Equal(CaseOutcome.Done, await desk.Cases.ReturnAsync("alice", "b").Guarded());
        Assert.Equal(["b", "a", "c"], await desk.Cases.ListWaitingAsync());
    }

    [Fact]
    public async Task Rate_ClosedCase_IsStoredOnce()
    {
        using var desk = await OpenAsync();
        await EnqueueAsync(desk, "a");
        await desk.Cases.ClaimAsync("alice", "a").Guarded();
        Assert.Null(await desk.Cases.RateAsync("a", 5, "early").Guarded());
        Assert.Equal(CaseOutcome.Done, await desk.Cases.CloseAsync("alice", "a").Guarded());

        Assert.Equal("alice", (await desk.Cases.RateAsync("a", 4, "good 👍").Guarded())!.Agent);
        Assert.Null(await desk.Cases.RateAsync("a", 1, "again").Guarded());
        var rated = Assert.Single(await desk.Cases.ListRatedAsync(0, 10));
        Assert.Equal((4L, "good 👍"), (rated.Score, rated.Rating));
        await EnqueueAsync(desk, "a");
        Assert.Equal(["a"], await desk.Cases.ListWaitingAsync());
    }

    [Fact]
    public async Task Answered_InThePlainMode_LeavesTheQueueAndAsksForNoRating()
    {
        using var desk = await OpenAsync();
        await EnqueueAsync(desk, "a", "b");

        Assert.True(await desk.Cases.AnsweredAsync("agent", "a").Guarded());
        Assert.False(await desk.Cases.AnsweredAsync("agent", "a").Guarded());
        Assert.Equal(["b"], await desk.Cases.ListWaitingAsync());
        Assert.Null(await desk.Cases.RateAsync("a", 5, "").Guarded());
    }

    private static async Task EnqueueAsync(Desk desk, params string[] openids)
    {
        foreach (var openid in openids)
        {
            Assert.Equal(CaseOutcome.Done, await desk.Cases.EnqueueAsync(openid).Guarded());
        }
    }

    private async Task<Desk> OpenAsync(ServiceOptions? options = null) => new(await DialectAsync(), _clock, options ?? new ServiceOptions());

    private sealed class Desk : IDisposable
    {
        private readonly TestStore _store;

        public Desk(Func<LogClock, ISqlDialect> dialect, TimeProvider clock, ServiceOptions options)
        {
            _store = new TestStore(dialect, clock);
            Cases = new ServiceCases(_store.Dialect, _store.Log, options);
        }

        public ServiceCases Cases { get; }

        public void Dispose() => _store.Dispose();
    }
}
