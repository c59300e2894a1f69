using Portico.Support;
using Portico.WebApi.Hosting;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Service;

/// <summary>What becomes of waiting visitors who are absent or leave, on every store.</summary>
public abstract class WaitingVisitorsSpecification
{
    private readonly FakeClock _clock = new();

    private protected abstract Task<Func<LogClock, ISqlDialect>> DialectAsync();

    [Fact]
    public async Task Mark_Absent_StandsBehindThoseWhoAreThere_AndHasThePlaceAgainOnReturn()
    {
        using var desk = await OpenAsync();
        await EnqueueAsync(desk, "a", "b", "c");

        Assert.True(await desk.Visitors.MarkAsync(["a"], ["b", "c"]).Guarded());
        Assert.False(await desk.Visitors.MarkAsync(["a"], ["b", "c"]).Guarded());
        Assert.Equal(["b", "c", "a"], await desk.Cases.ListWaitingAsync());
        foreach (var (openid, position) in new[] { ("b", 1L), ("c", 2L), ("a", 3L) })
        {
            Assert.Equal(position, await desk.Cases.PositionAsync((await desk.Cases.FindOpenAsync(openid))!));
        }

        var snapshot = await desk.Cases.SnapshotAsync(10);
        Assert.Equal((3L, 1L, 0L), (snapshot.Length, snapshot.Absent, snapshot.Left));
        Assert.Equal("a", snapshot.Waiting.Single(row => row.AwaySinceMs is not null).Openid);
        Assert.Equal((CaseOutcome.Done, "b"), await desk.Cases.ClaimAsync("alice", "").Guarded());
        Assert.True(await desk.Visitors.MarkAsync([], ["a"]).Guarded());
        Assert.Equal(["a", "c"], await desk.Cases.ListWaitingAsync());
    }

    [Fact]
    public async Task Mark_WhoDoesNotWait_ChangesNothing()
    {
        using var desk = await OpenAsync();
        await EnqueueAsync(desk, "a");
        await desk.Cases.ClaimAsync("alice", "a").Guarded();

        Assert.False(await desk.Visitors.MarkAsync(["a", "nobody"], []).Guarded());
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await desk.Visitors.ExpireAsync().Guarded());
        Assert.Equal(CaseState.Held, (await desk.Cases.FindOpenAsync("a"))!.State);
    }

    [Fact]
    public async Task Enqueue_QueueIsFullOfAbsentVisitors_TakesWhoIsThere()
    {
        using var desk = await OpenAsync(new ServiceOptions { QueueCapacity = 2 });
        await EnqueueAsync(desk, "a", "b");
        Assert.Equal(CaseOutcome.Full, await desk.Cases.EnqueueAsync("c").Guarded());

        await desk.Visitors.MarkAsync(["a", "b"], []).Guarded();
        await EnqueueAsync(desk, "c", "d");

        Assert.Equal(CaseOutcome.Full, await desk.Cases.EnqueueAsync("e").Guarded());
        Assert.Equal(["c", "d", "a", "b"], await desk.Cases.ListWaitingAsync());
    }

    [Fact]
    public async Task Expire_MoreAbsentThanTheQueueHolds_TheLongestAbsentLeaveAtOnce()
    {
        using var desk = await OpenAsync(new ServiceOptions { QueueCapacity = 2 });
        foreach (var openid in new[] { "a", "b", "c", "d" })
        {
            await EnqueueAsync(desk, openid);
            await desk.Visitors.MarkAsync([openid], []).Guarded();
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2, await desk.Visitors.ExpireAsync().Guarded());
        Assert.Equal(["c", "d"], await desk.Cases.ListWaitingAsync());
    }

    [Fact]
    public async Task Expire_AbsentForTooLong_LeavesTheQueue_AnAgentFindsAndTakesOrClosesIt()
    {
        using var desk = await OpenAsync(new ServiceOptions { AbsentMinutes = 5 });
        await EnqueueAsync(desk, "a", "b", "c", "d");
        await desk.Visitors.MarkAsync(["a", "b"], []).Guarded();
        _clock.Advance(TimeSpan.FromMinutes(3));
        await desk.Visitors.MarkAsync(["c"], ["b"]).Guarded();
        _clock.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, await desk.Visitors.ExpireAsync().Guarded());

        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, await desk.Visitors.ExpireAsync().Guarded());
        Assert.Equal(["b", "d", "c"], await desk.Cases.ListWaitingAsync());
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(1, await desk.Visitors.ExpireAsync().Guarded());

        Assert.Equal(["c", "a"], (await desk.Visitors.ListLeftAsync(10)).Select(row => row.Openid));
        Assert.Equal((2L, 2L), ((await desk.Cases.SnapshotAsync(10)).Length, (await desk.Cases.SnapshotAsync(10)).Left));
        Assert.Equal((CaseOutcome.Done, "b"), await desk.Cases.ClaimAsync("alice", "").Guarded());
        Assert.Equal((CaseOutcome.Done, "a"), await desk.Cases.ClaimAsync("alice", "a").Guarded());
        Assert.Equal(CaseOutcome.Taken, (await desk.Cases.ClaimAsync("bob", "a").Guarded()).Outcome);
        Assert.Equal(CaseOutcome.Done, await desk.Cases.CloseAsync("bob", "c").Guarded());
        Assert.Equal(CaseOutcome.NotAllowed, await desk.Cases.CloseAsync("bob", "c").Guarded());
        Assert.Empty(await desk.Visitors.ListLeftAsync(10));
        Assert.Null(await desk.Cases.RateAsync("c", 5, "").Guarded());
    }

    [Fact]
    public async Task Enqueue_WhoHadLeft_WaitsAtTheEndOnce()
    {
        using var desk = await OpenAsync();
        await EnqueueAsync(desk, "a", "b");
        Assert.True(await desk.Visitors.LeaveAsync("a").Guarded());
        Assert.False(await desk.Visitors.LeaveAsync("a").Guarded());
        Assert.Equal(["b"], await desk.Cases.ListWaitingAsync());

        await EnqueueAsync(desk, "a", "a");

        Assert.Equal(["b", "a"], await desk.Cases.ListWaitingAsync());
        Assert.Empty(await desk.Visitors.ListLeftAsync(10));
    }

    [Fact]
    public async Task Leave_WhoIsServed_StaysWithTheAgent()
    {
        using var desk = await OpenAsync();
        await EnqueueAsync(desk, "a");
        await desk.Cases.ClaimAsync("alice", "a").Guarded();

        Assert.False(await desk.Visitors.LeaveAsync("a").Guarded());
        Assert.Equal("alice", (await desk.Cases.FindOpenAsync("a"))!.Agent);
        Assert.Equal(CaseOutcome.Done, await desk.Cases.ReturnAsync("alice", "a").Guarded());
        Assert.True(await desk.Visitors.LeaveAsync("a").Guarded());
        Assert.Equal(CaseOutcome.Done, await desk.Cases.CloseAsync("alice", "a").Guarded());
        Assert.Null(await desk.Cases.RateAsync("a", 5, "nobody answered").Guarded());
    }

    [Fact]
    public async Task Answered_WhoHadLeft_InThePlainMode_NeedsNobodyAnyMore()
    {
        using var desk = await OpenAsync();
        await EnqueueAsync(desk, "a");
        await desk.Visitors.LeaveAsync("a").Guarded();

        Assert.True(await desk.Cases.AnsweredAsync("agent", "a").Guarded());
        Assert.Empty(await desk.Visitors.ListLeftAsync(10));
    }

    [Fact]
    public async Task Expire_InTwoProcesses_EachVisitorLeavesOnce()
    {
        var dialect = await DialectAsync();
        using var one = new Desk(dialect, _clock, new ServiceOptions());
        using var other = new Desk(dialect, _clock, new ServiceOptions());
        var openids = Enumerable.Range(0, 300).Select(i => $"v{i}").ToArray();
        await EnqueueAsync(one, openids);
        var marked = await Task.WhenAll(one.Visitors.MarkAsync(openids, []), other.Visitors.MarkAsync(openids, [])).Guarded();
        Assert.Contains(true, marked);
        _clock.Advance(TimeSpan.FromMinutes(5));

        var left = await Task.WhenAll(one.Visitors.ExpireAsync(), other.Visitors.ExpireAsync(), one.Visitors.ExpireAsync(), other.Visitors.ExpireAsync()).Guarded();

        Assert.Equal(300, left.Sum());
        Assert.Equal(300, (await one.Visitors.ListLeftAsync(1000)).Select(row => row.Openid).Distinct().Count());
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
            Visitors = new WaitingVisitors(_store.Dialect, _store.Log, options);
        }

        public ServiceCases Cases { get; }

        public WaitingVisitors Visitors { get; }

        public void Dispose() => _store.Dispose();
    }
}

public sealed class SqliteWaitingVisitorsTests : WaitingVisitorsSpecification, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private protected override Task<Func<LogClock, ISqlDialect>> DialectAsync() =>
        Task.FromResult<Func<LogClock, ISqlDialect>>(clock => new SqliteDialect(_folder.File("portico.db"), clock));
}

public sealed class MariaDbWaitingVisitorsTests(MariaDbFixture server) : WaitingVisitorsSpecification
{
    private protected override async Task<Func<LogClock, ISqlDialect>> DialectAsync()
    {
        var connectionString = await server.CreateDatabaseAsync();
        return clock => new MySqlDialect(connectionString, clock);
    }
}
