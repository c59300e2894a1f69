using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Portico.Client;
using Portico.Contracts.Protos.Messages;
using Portico.Contracts.Results;
using Portico.Support;
using Portico.WebApi.Service;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Service;

/// <summary>Visitors who write and leave, before a running web-api and gateways that are played.</summary>
public sealed class VisitorPresenceTests(MariaDbFixture server)
{
    private const int Visitors = 300;

    private readonly FakeClock _clock = new();

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task ManyWriteAndLeave_TheQueueEmptiesAfterTheMinutes_AndIsNotFullMeanwhile(string kind)
    {
        await using var api = await StartAsync(kind, capacity: Visitors);
        using var log = Log(api);
        var agent = api.Gateways.Connect("service-agent:alice", "portico.v1", "service:agents");
        await WriteAsync(log, Enumerable.Range(0, Visitors), api);
        Assert.Equal(SendStatus.AtCapacity, (await SendAsync(log, "late")).Status); // all of them are there

        await LeaveAsync(api, Enumerable.Range(0, Visitors));
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(SendStatus.Stored, (await SendAsync(log, "late")).Status);
        api.Gateways.Connect("service:late", "portico.v1");
        var queue = await UntilAsync(agent, frame => frame.GetProperty("absent").GetInt32() == Visitors && frame.GetProperty("length").GetInt32() == Visitors + 1);
        Assert.Equal("late", queue.GetProperty("waiting")[0].GetProperty("openid").GetString());
        Assert.True(queue.GetProperty("waiting")[1].GetProperty("away").GetInt64() > 0);

        await PassAsync(api, TimeSpan.FromMinutes(5));
        queue = await UntilAsync(agent, frame => frame.GetProperty("left").GetInt32() == Visitors);
        Assert.Equal(["late"], queue.GetProperty("waiting").EnumerateArray().Select(entry => entry.GetProperty("openid").GetString()));
        Assert.Equal((1, 0), (queue.GetProperty("length").GetInt32(), queue.GetProperty("absent").GetInt32()));

        // What they wrote is kept, and an agent finds it.
        var left = await AskAsync(log, "alice", """{"type":"left"}""");
        Assert.Equal(100, left.GetProperty("cases").GetArrayLength());
        var one = left.GetProperty("cases")[0];
        Assert.Equal(1, one.GetProperty("unread").GetInt32());
        var page = await log.SyncAsync(new SyncRequest { Conversation = one.GetProperty("conversation").GetString() });
        Assert.Equal("question of " + one.GetProperty("openid").GetString(), Assert.Single(page!.Messages).Content);
        Assert.Equal("claim", (await AskAsync(log, "alice", $$"""{"type":"claim","openid":"{{one.GetProperty("openid").GetString()}}"}""")).GetProperty("type").GetString());
        Assert.Equal(SendStatus.Stored, (await log.SendAsync(new SendRequest { Application = "service", Sender = "alice", Recipient = one.GetProperty("openid").GetString(), Type = 1, Content = "sorry", ByQueue = true })).Status);
    }

    [Fact]
    public async Task FullQueueOfVisitorsWhoJustLeft_TheNextIsTakenAtOnce()
    {
        await using var api = await StartAsync("sqlite", capacity: 3);
        using var log = Log(api);
        await WriteAsync(log, Enumerable.Range(0, 3), api);
        await LeaveAsync(api, Enumerable.Range(0, 3));

        Assert.Equal(SendStatus.Stored, (await SendAsync(log, "late")).Status);
    }

    [Fact]
    public async Task WhoComesBackInTime_HasThePlaceAgain_AndIsTold()
    {
        await using var api = await StartAsync("sqlite");
        using var log = Log(api);
        await WriteAsync(log, Enumerable.Range(0, 2), api);
        await LeaveAsync(api, [0]);
        await PassAsync(api, TimeSpan.FromMinutes(4));
        Assert.Equal(["v1", "v0"], await WaitingAsync(api));

        api.Gateways.Connect("service:v0", "portico.v1");
        var greeting = await log.GreetAsync("service", "v0", "", TestContext.Current.CancellationToken);

        Assert.Equal("""{"type":"queue","position":1}""", Encoding.UTF8.GetString(greeting![1].Span));
        Assert.Equal(["v0", "v1"], await WaitingAsync(api));
        await PassAsync(api, TimeSpan.FromMinutes(4));
        Assert.Equal(["v0", "v1"], await WaitingAsync(api));
    }

    [Theory]
    [InlineData(CommandStatus.TimedOut)]
    [InlineData(CommandStatus.GatewayGone)]
    public async Task GatewaysDoNotAnswer_NobodyCountsAsAbsent_AndNobodyLeaves(CommandStatus failure)
    {
        await using var api = await StartAsync("sqlite");
        using var log = Log(api);
        await WriteAsync(log, Enumerable.Range(0, 2), api);
        await LeaveAsync(api, [1]);
        await PassAsync(api, TimeSpan.FromMinutes(1));
        Assert.Equal(1, (await SnapshotAsync(api)).Absent);
        await LeaveAsync(api, [0]);

        api.Gateways.Failure = failure;
        await PassAsync(api, TimeSpan.FromMinutes(60));
        var unknown = await SnapshotAsync(api);
        Assert.Equal((2L, 1L, 0L), (unknown.Length, unknown.Absent, unknown.Left));

        api.Gateways.Failure = null;
        await PassAsync(api, TimeSpan.FromSeconds(10));
        var known = await SnapshotAsync(api);
        Assert.Equal((1L, 1L, 1L), (known.Length, known.Absent, known.Left)); // v0's minutes begin now
    }

    [Fact]
    public async Task Leave_Visitor_IsOutOfTheQueue_IsTold_AndTheNextMovesUp()
    {
        await using var api = await StartAsync("sqlite");
        using var log = Log(api);
        var (agent, first, second) = (api.Gateways.Connect("service-agent:alice", "portico.v1", "service:agents"), api.Gateways.Connect("service:v0", "portico.v1"), api.Gateways.Connect("service:v1", "portico.v1"));
        await WriteAsync(log, Enumerable.Range(0, 2));
        await UntilAsync(second, frame => frame.GetProperty("position").GetInt32() == 2);

        var answer = await log.HandleAsync("service", "v0", "", Encoding.UTF8.GetBytes("""{"type":"leave","ref":"1"}"""), cancellationToken: TestContext.Current.CancellationToken);
        var again = await log.HandleAsync("service", "v0", "", Encoding.UTF8.GetBytes("""{"type":"leave","ref":"2"}"""), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("""{"type":"ack","ref":"1"}""", Encoding.UTF8.GetString(answer!.Value.Span));
        Assert.Equal("""{"type":"ack","ref":"2"}""", Encoding.UTF8.GetString(again!.Value.Span));
        await UntilAsync(first, frame => frame.TryGetProperty("left", out _));
        await UntilAsync(second, frame => frame.GetProperty("position").GetInt32() == 1);
        await UntilAsync(agent, frame => frame.GetProperty("length").GetInt32() == 1 && frame.GetProperty("left").GetInt32() == 1);
        Assert.Equal("error", (await AskAsync(log, "alice", """{"type":"leave"}""")).GetProperty("type").GetString());
        Assert.Equal("""{"type":"queue","position":0,"left":1}""", Encoding.UTF8.GetString((await log.GreetAsync("service", "v0", "", TestContext.Current.CancellationToken))![1].Span));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task TwoWebApis_LookAtTheSameTime_EachVisitorLeavesOnce(string kind)
    {
        await using var one = await StartAsync(kind);
        await using var other = await StartAsync(kind, store: Store);
        using var log = Log(one);
        await WriteAsync(log, Enumerable.Range(0, 50));
        for (var minute = 0; minute < 7; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAll(SweepAsync(one), SweepAsync(other)).Guarded();
        }

        var snapshot = await SnapshotAsync(other);
        Assert.Equal((0L, 0L, 50L), (snapshot.Length, snapshot.Absent, snapshot.Left));
        await WriteAsync(log, Enumerable.Range(0, 50));
        Assert.Equal((50L, 0L), ((await SnapshotAsync(one)).Length, (await SnapshotAsync(one)).Left));
    }

    private string? Store { get; set; }

    private static MessageLogClient Log(WebApiHarness api) => new(api.InnerAddress, new MessageLogOptions { Timeout = Guard.LongLimit }, TimeProvider.System);

    private static Task<SendReply> SendAsync(MessageLogClient log, string openid) => log.SendAsync(
        new SendRequest { Application = "service", Sender = openid, Type = 1, Content = "question of " + openid, ByQueue = true }, TestContext.Current.CancellationToken);

    // With a web-api they are connected to its gateways.
    private static async Task WriteAsync(MessageLogClient log, IEnumerable<int> numbers, WebApiHarness? api = null)
    {
        foreach (var number in numbers)
        {
            api?.Gateways.Connect($"service:v{number}", "portico.v1");
            Assert.Equal(SendStatus.Stored, (await SendAsync(log, $"v{number}")).Status);
        }
    }

    private static async Task LeaveAsync(WebApiHarness api, IEnumerable<int> numbers)
    {
        foreach (var number in numbers)
        {
            await api.Gateways.CloseUidAsync($"service:v{number}");
        }
    }

    // The rest between two notices is by the same clock: it moves a little while one is awaited, far less than the minutes of an absence.
    private async Task<JsonElement> UntilAsync(ScriptedClient client, Func<JsonElement, bool> fits)
    {
        while (true)
        {
            var next = client.NextJsonAsync();
            while (await Task.WhenAny(next, Task.Delay(50, TestContext.Current.CancellationToken)) != next)
            {
                _clock.Advance(TimeSpan.FromMilliseconds(200));
            }

            var frame = await next;
            if (frame.GetProperty("type").GetString() == "queue" && fits(frame))
            {
                return frame;
            }
        }
    }

    private static async Task<JsonElement> AskAsync(MessageLogClient log, string agent, string frame)
    {
        var answer = await log.HandleAsync("service", "", "", Encoding.UTF8.GetBytes(frame), agent, TestContext.Current.CancellationToken);
        using var json = JsonDocument.Parse(answer!.Value);
        return json.RootElement.Clone();
    }

    private static Task<QueueSnapshot> SnapshotAsync(WebApiHarness api) => api.Services.GetRequiredService<ServiceCases>().SnapshotAsync(100);

    private static Task<List<string>> WaitingAsync(WebApiHarness api) => api.Services.GetRequiredService<ServiceCases>().ListWaitingAsync();

    private static async Task SweepAsync(WebApiHarness api) => await api.Services.GetRequiredService<VisitorPresence>().SweepAsync();

    // Its own timer looks, too; one look is after all that has passed.
    private async Task PassAsync(WebApiHarness api, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(10))
        {
            _clock.Advance(TimeSpan.FromSeconds(10));
            await SweepAsync(api).Guarded();
        }
    }

    private async Task<WebApiHarness> StartAsync(string kind, int capacity = 1000, string? store = null)
    {
        Store = store ?? (kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : null);
        var api = await WebApiHarness.StartAsync(new() { ["Service:QueueCapacity"] = $"{capacity}" }, Store, _clock);
        Store ??= "sqlite:" + Path.Combine(api.Folder, "log.db");
        return api;
    }
}
