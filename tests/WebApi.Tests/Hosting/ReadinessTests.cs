using System.Net;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Portico.Support;
using Portico.WebApi.Endpoints;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Hosting;

/// <summary>A web-api is ready when it can do its job; until then it says so, and "not known" is never answered as "nobody".</summary>
public sealed class ReadinessTests
{
    private const string Client = "7f0000010b5400000001";

    [Fact]
    public async Task Health_UntilARegisterHasAnswered_NotReadyButAlive()
    {
        await using var api = await WebApiHarness.StartAsync(register: new TextRegister(null));
        await Guard.UntilAsync(() => api.Services.GetRequiredService<StoreProbe>().Missing is null, "a first write");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready: no register has answered yet\n"), await GetAsync(api, "/health"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not ready: no register has answered yet\n"), await GetAsync(api, "/health/ready"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(api, "/health/live"));

        api.Register.Announce();
        await Guard.UntilAsync(async () => (await GetAsync(api, "/health")).Status == HttpStatusCode.OK, "readiness after the register's answer");
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(api, "/health/ready"));
    }

    [Fact]
    public async Task ReadyLine_RegisterAnswersLate_ComesAfterItsAnswer()
    {
        using var folder = new TemporaryFolder();
        using var register = new TextRegister(null);
        await using var role = RoleProcess.Launch(
            "Portico.WebApi", "Portico web-api is ready", folder.Path, "--WebApi:Listen=http://127.0.0.1:0", "--WebApi:InnerListen=127.0.0.1:0",
            $"--WebApi:RegisterAddress:0={register.Address}", $"--DataFolder={folder.Path}");
        await role.SeenAsync("and waits: no register has answered yet");
        Assert.DoesNotContain("is ready", role.Log, StringComparison.Ordinal);

        register.Announce();

        await role.ReadyAsync();
        Assert.Equal(0, await role.StopAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gateway_NoneIsKnown_EveryMethodAnswers503(bool registerAnswers)
    {
        await using var api = await WebApiHarness.StartAsync(register: registerAnswers ? new TextRegister() : new TextRegister(null), asksGateways: true);
        if (registerAnswers)
        {
            await Guard.UntilAsync(async () => (await GetAsync(api, "/health")).Status == HttpStatusCode.OK, "the register's answer");
        }

        foreach (var method in GatewayMethods.All.Keys)
        {
            var fields = new Dictionary<string, string> { ["uid"] = "U_1", ["group"] = "g", ["message"] = "m", ["client_id"] = Client, ["session[a]"] = "1" };
            var refused = await api.FormAsync("/gateway/" + method, fields).ReadAsync();
            if (refused.TryGetProperty("errors", out var others))
            {
                // Each method names those of them that it does not have.
                others.EnumerateObject().ToList().ForEach(other => fields.Remove(other.Name == "session" ? "session[a]" : other.Name));
            }

            using var answer = await api.FormAsync("/gateway/" + method, fields);
            var body = await answer.ReadAsync();

            Assert.True(answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{method}: {(int)answer.StatusCode} {body}");
            Assert.Equal(503, body.GetProperty("code").GetInt32());
            Assert.Contains("No gateway is known", body.GetProperty("msg").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Presence_NoGatewayIsKnown_IsNullAndNotZero()
    {
        await using var api = await WebApiHarness.StartShopAsync(register: new TextRegister(null), asksGateways: true);

        var answer = await api.GetAsync("/api/v1/presence?uids=V_2,U_1").ReadAsync();

        Assert.Equal("""{"V_2":null,"U_1":null}""", answer.GetProperty("online").GetRawText());
    }

    [Fact]
    public async Task Send_BeforeTheRegisterAnswers_IsStoredAndPushedAfterwardsInOrder()
    {
        await using var api = await WebApiHarness.StartShopAsync(register: new TextRegister(null));
        var receiver = api.Gateways.Connect("V_2", "portico.v1");
        foreach (var text in (string[])["first", "second", "third"])
        {
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(api, text)).StatusCode);
        }

        Assert.True(receiver.IsQuiet);
        api.Register.Announce(ScriptedGateways.Address.ToString());

        foreach (var text in (string[])["first", "second", "third"])
        {
            Assert.Equal(text, (await receiver.NextJsonAsync()).GetProperty("content").GetString());
        }
    }

    [Fact]
    public async Task Send_NoGatewayForLongerThanPushesAreKept_OnlyTheNewerOnesArePushed()
    {
        var clock = new FakeClock();
        await using var api = await WebApiHarness.StartShopAsync(clock: clock, register: new TextRegister(null));
        var receiver = api.Gateways.Connect("V_2", "portico.v1");
        await SendAsync(api, "old");
        clock.Advance(TimeSpan.FromSeconds(Pusher.KeptSeconds));
        await SendAsync(api, "newer");
        clock.Advance(TimeSpan.FromSeconds(1));

        api.Register.Announce(ScriptedGateways.Address.ToString());

        Assert.Equal("newer", (await receiver.NextJsonAsync()).GetProperty("content").GetString());
        var page = await api.GetAsync("/api/v1/messages?uid=V_2&with=U_1").ReadAsync();
        Assert.Equal(["old", "newer"], page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()));
    }

    [Fact]
    public async Task Health_NothingCanBeStored_NotReadyUntilItCanWithoutTraffic()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeClock();
        await using var api = await WebApiHarness.StartAsync(store: "sqlite:" + folder.File("log.db"), clock: clock);
        await HealthAsync(api, clock, HttpStatusCode.OK);
        using var backup = new SqliteConnection($"Data Source={folder.File("log.db")};Pooling=False");
        backup.Open();
        using (var transaction = backup.BeginTransaction())
        {
            await HealthAsync(api, clock, HttpStatusCode.ServiceUnavailable);
            Assert.Equal("not ready: the message log cannot be written\n", (await GetAsync(api, "/health")).Text);
            Assert.Equal(HttpStatusCode.OK, (await GetAsync(api, "/health/live")).Status);
            transaction.Rollback();
        }

        await HealthAsync(api, clock, HttpStatusCode.OK);
    }

    [Fact]
    public async Task Probe_MessagesAreStoredMeanwhile_WritesNothingOfItsOwn()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeClock();
        await using var api = await WebApiHarness.StartShopAsync(store: "sqlite:" + folder.File("log.db"), clock: clock);
        using var reader = new SqliteConnection($"Data Source={folder.File("log.db")};Pooling=False");
        reader.Open();
        var before = ProbedAt(reader);
        for (var step = 0; step < 50; step++)
        {
            clock.Advance(StoreProbe.Interval / 10);
            Assert.Equal(HttpStatusCode.OK, (await SendAsync(api, "traffic")).StatusCode);
        }

        Assert.Equal(before, ProbedAt(reader));
        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(StoreProbe.Interval);
                return ProbedAt(reader) > before;
            },
            "a probe when there is no traffic");
    }

    private static long ProbedAt(SqliteConnection reader)
    {
        using var command = reader.CreateCommand();
        command.CommandText = "SELECT at_ms FROM portico_probe";
        return (long)command.ExecuteScalar()!;
    }

    private static Task HealthAsync(WebApiHarness api, FakeClock clock, HttpStatusCode expected) => Guard.UntilAsync(
        async () =>
        {
            clock.Advance(StoreProbe.Interval);
            return (await GetAsync(api, "/health")).Status == expected;
        },
        $"{expected} at /health");

    private static Task<HttpResponseMessage> SendAsync(WebApiHarness api, string content) =>
        api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content });

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(WebApiHarness api, string path)
    {
        using var answer = await api.Http.GetAsync(path, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
