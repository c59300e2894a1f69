using System.Diagnostics;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.BusinessWorker.Events.Service;
using Portico.Support;

namespace Portico.BusinessWorker.Tests.Events.Service;

/// <summary>Lookups of sessions in real Redis servers: plain, ACL, TLS, Sentinel, Cluster, killed, stopped.</summary>
public sealed class RedisSessionsTests
{
    private readonly FakeClock _clock = new();

    public RedisSessionsTests() => Assert.SkipUnless(PrivateRedis.Missing is null, PrivateRedis.Missing ?? "");

    [Fact]
    public async Task GetAsync_RedisKilledAndStartedAgain_FailsWithoutWaitingAndAnswersAgain()
    {
        await using var redis = await PrivateRedis.StartAsync();
        await redis.SetAsync("mini:1", "one");
        var sessions = Open(redis.Address);
        await AnswersAsync(sessions, "mini:1", "one");

        await redis.KillAsync();
        await Guard.UntilAsync(async () => !(await sessions.GetAsync("mini:1").AsTask().Guarded()).Answered, "the broken connection is noticed");
        // The clock of the lookups stands still, so none of these was ended by its time limit.
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal((false, null), await sessions.GetAsync("mini:1").AsTask().Guarded());
        }

        await redis.LaunchAsync();
        await redis.SetAsync("mini:1", "again");
        await AnswersAsync(sessions, "mini:1", "again");
        sessions.Close();
    }

    [Fact]
    public async Task GetAsync_RedisStopped_FailsAfterTheAnswerTimeAndAnswersAgain()
    {
        await using var redis = await PrivateRedis.StartAsync();
        await redis.SetAsync("mini:1", "one");
        var sessions = Open(redis.Address);
        await AnswersAsync(sessions, "mini:1", "one");

        redis.Hang();
        var lookup = sessions.GetAsync("mini:1").AsTask();
        _clock.Advance(RedisSessions.AnswerTime - TimeSpan.FromMilliseconds(1));
        Assert.False(lookup.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False((await lookup.Guarded()).Answered);
        Assert.True(RedisSessions.AnswerTime < TimeSpan.FromSeconds(1));

        redis.GoOn();
        await AnswersAsync(sessions, "mini:1", "one");
        sessions.Close();
    }

    [Fact]
    public async Task GetAsync_RedisAwayAtTheStart_AnswersWhenItIsThere()
    {
        await using var redis = await PrivateRedis.StartAsync();
        await redis.KillAsync();
        var sessions = Open(redis.Address);
        Assert.False((await LookUpAsync(sessions, "mini:1")).Answered);

        await redis.LaunchAsync();
        await redis.SetAsync("mini:1", "late");
        await AnswersAsync(sessions, "mini:1", "late");
        sessions.Close();
    }

    [Fact]
    public async Task GetAsync_UserWhoMayOnlyReadItsKeys_ReadsThem()
    {
        await using var redis = await PrivateRedis.StartAsync("--user", "default", "on", "nopass", "~*", "+set", "+ping", "--user", "portico", "on", ">secret-of-16-chars", "~mini:*", "+get", "+@connection");
        await redis.SetAsync("mini:1", "one");
        await redis.SetAsync("other:1", "two");
        var sessions = Open($"{redis.Address},user=portico,password=secret-of-16-chars");
        await AnswersAsync(sessions, "mini:1", "one");
        Assert.Equal((false, null), await LookUpAsync(sessions, "other:1"));
        sessions.Close();

        var stranger = Open($"{redis.Address},user=portico,password=wrong");
        Assert.False((await LookUpAsync(stranger, "mini:1")).Answered);
        stranger.Close();
    }

    [Fact]
    public async Task GetAsync_Tls_TrustsOnlyTheNamedAuthority()
    {
        using var authority = new TestAuthority();
        using var other = new TestAuthority("Another authority");
        var certificate = authority.IssueFile("127.0.0.1", "localhost");
        var port = FreePort.Take();
        await using var redis = await PrivateRedis.StartAsync(
            "--tls-port", $"{port}", "--tls-cert-file", certificate, "--tls-key-file", certificate, "--tls-ca-cert-file", authority.File, "--tls-auth-clients", "no");
        await redis.SetAsync("mini:1", "one");

        var sessions = Open($"127.0.0.1:{port},ssl=true,certificateAuthority={authority.File}");
        await AnswersAsync(sessions, "mini:1", "one");
        sessions.Close();

        foreach (var text in (string[])[$"127.0.0.1:{port},ssl=true", $"127.0.0.1:{port},ssl=true,certificateAuthority={other.File}", $"127.0.0.1:{port}"])
        {
            var distrusting = Open(text);
            Assert.False((await LookUpAsync(distrusting, "mini:1")).Answered, text);
            distrusting.Close();
        }
    }

    [Fact]
    public async Task GetAsync_SentinelPromotesTheReplica_AnswersFromIt()
    {
        await using var primary = await PrivateRedis.StartAsync();
        await using var replica = await PrivateRedis.StartAsync("--replicaof", "127.0.0.1", $"{primary.Port}");
        await primary.SetAsync("mini:1", "one");
        await Guard.UntilAsync(async () => await replica.CommandAsync("GET", "mini:1") == "$3", "the replica has the key");
        await using var sentinel = await PrivateRedis.StartAsync("--sentinel");
        foreach (var words in (string[][])[
            ["SENTINEL", "MONITOR", "mymaster", "127.0.0.1", $"{primary.Port}", "1"],
            ["SENTINEL", "SET", "mymaster", "down-after-milliseconds", "1000"],
            ["SENTINEL", "SET", "mymaster", "failover-timeout", "5000"]])
        {
            Assert.Equal("+OK", await sentinel.CommandAsync(words));
        }

        await Guard.UntilAsync(async () => await sentinel.CommandAsync("SENTINEL", "REPLICAS", "mymaster") == "*1", "the Sentinel knows the replica");
        var sessions = Open($"{sentinel.Address},serviceName=mymaster");
        await AnswersAsync(sessions, "mini:1", "one");
        await primary.KillAsync();
        await Guard.UntilAsync(async () => await replica.CommandAsync("SET", "mini:1", "promoted") == "+OK", "the replica is promoted");
        await AnswersAsync(sessions, "mini:1", "promoted");
        sessions.Close();
    }

    [Fact]
    public async Task GetAsync_Cluster_ReadsKeysOfEveryNode()
    {
        await using var first = await PrivateRedis.StartAsync("--cluster-enabled", "yes");
        await using var second = await PrivateRedis.StartAsync("--cluster-enabled", "yes");
        Assert.Equal("+OK", await first.CommandAsync("CLUSTER", "ADDSLOTSRANGE", "0", "8191"));
        Assert.Equal("+OK", await second.CommandAsync("CLUSTER", "ADDSLOTSRANGE", "8192", "16383"));
        Assert.Equal("+OK", await first.CommandAsync("CLUSTER", "MEET", "127.0.0.1", $"{second.Port}"));
        // mini:a is in slot 2128, mini:b in slot 14387.
        await Guard.UntilAsync(async () => await first.CommandAsync("SET", "mini:a", "on the first") == "+OK", "the cluster is ready");
        await Guard.UntilAsync(async () => await second.CommandAsync("SET", "mini:b", "on the second") == "+OK", "the cluster is ready");

        var sessions = Open(first.Address);
        await AnswersAsync(sessions, "mini:a", "on the first");
        await AnswersAsync(sessions, "mini:b", "on the second");
        sessions.Close();
    }

    [Theory]
    [InlineData("rediss://127.0.0.1:6380", "ssl=true")]
    [InlineData("redis://:pass-word@127.0.0.1:6379", "not supported")]
    [InlineData("127.0.0.1:6379,pasword=pass-word", "the keyword 'pasword'")]
    [InlineData("127.0.0.1:6379,ssl=pass-word", "the keyword 'ssl'")]
    [InlineData("127.0.0.1:6379,password=pass-word,certificateAuthority=/nowhere/ca.pem", "certificateAuthority")]
    [InlineData("password=pass-word", "must name a server")]
    public void FaultOf_WhatCannotBeConnectedTo_SaysWhatIsWrongWithoutThePassword(string text, string expected)
    {
        var fault = RedisAddress.FaultOf(text);

        Assert.Contains(expected, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("pass-word", fault, StringComparison.Ordinal);
    }

    private RedisSessions Open(string configuration)
    {
        var sessions = new RedisSessions(configuration, _clock, NullLogger.Instance);
        sessions.Open();
        return sessions;
    }

    // The lookups' clock runs only here, so that a lookup which has no connection yet ends.
    private async Task<(bool Answered, byte[]? Value)> LookUpAsync(RedisSessions sessions, string key)
    {
        var lookup = sessions.GetAsync(key).AsTask();
        var waited = Stopwatch.StartNew();
        await Guard.UntilAsync(
            () =>
            {
                if (waited.Elapsed > RedisSessions.AnswerTime)
                {
                    _clock.Advance(RedisSessions.AnswerTime);
                }

                return lookup.IsCompleted;
            },
            "the lookup ends");
        return await lookup;
    }

    private Task AnswersAsync(RedisSessions sessions, string key, string value) => Guard.UntilAsync(
        async () =>
        {
            var (answered, found) = await LookUpAsync(sessions, key);
            return answered && found is not null && Encoding.UTF8.GetString(found) == value;
        },
        $"{key} is answered");
}
