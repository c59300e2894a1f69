using System.Globalization;
using Microsoft.Data.Sqlite;
using Portico.Cluster.Tests.Support;
using Portico.Support;

namespace Portico.Cluster.Tests.Service;

/// <summary>docs/dev/applications.md 1.2, step by step, as the mini-program and the agents' PC client of before speak it; on real processes with a real Redis.</summary>
public sealed class OldServiceTests
{
    [Fact]
    public async Task OldClients_OnSqlite_TravelTheWholeRoad()
    {
        Assert.SkipUnless(PrivateRedis.Missing is null, PrivateRedis.Missing ?? "");
        await using var service = await OldServiceClients.StartAsync();

        await PlayAsync(service);

        using var database = new SqliteConnection($"Data Source={Path.Combine(service.Cluster.DataFolder, "portico.db")};Mode=ReadOnly");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "SELECT id || '|' || msg || '|' || openid || '|' || type || '|' || isread || '|' || creat_time FROM chat WHERE openid = 'o_A' ORDER BY id";
        using var rows = command.ExecuteReader();
        var lines = new List<string>();
        while (rows.Read())
        {
            lines.Add(rows.GetString(0));
        }

        AssertRows(lines);
        Assert.Empty(service.Cluster.UnexpectedErrors());
    }

    [Fact]
    public async Task OldClients_OnMariaDb_TravelTheWholeRoad()
    {
        Assert.SkipUnless(PrivateRedis.Missing is null && PrivateMariaDb.Missing is null, $"{PrivateRedis.Missing} {PrivateMariaDb.Missing}");
        await using var database = await PrivateMariaDb.StartAsync();
        await database.QueryAsync("CREATE DATABASE portico");
        await using var service = await OldServiceClients.StartAsync("mysql:" + database.ConnectionString("portico"));

        await PlayAsync(service);

        var rows = await database.QueryAsync("SELECT CONCAT_WS('|', id, msg, openid, type, isread, creat_time) FROM chat WHERE openid = 'o_A' ORDER BY id", "portico");
        AssertRows(rows.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(service.Cluster.UnexpectedErrors());
    }

    private static async Task PlayAsync(OldServiceClients service)
    {
        await using var user = await service.UserAsync("o_A");
        await using var other = await service.UserAsync("o_B", """think_serialize:a:2:{s:6:"openid";s:3:"o_B";s:3:"sid";i:7;}""");
        await using var one = await service.AgentAsync();
        await using var two = await service.AgentAsync();
        await using var portico = await TestClient.ConnectAsync(service.Cluster.WebSocketAddress(service.Cluster.Gateways[0], "/service?token=" + OldServiceClients.AgentToken));

        await service.ThereAsync(3, "o_A", "o_B");
        await one.SendAsync("""{"type":1,"msg":"hello","openid":"o_B"}""");
        Assert.Equal("""{"msg":"hello"}""", await other.ReceiveAsync());

        // User to all agents, the type as a number and as text; what is missing, empty or unknown is ignored.
        foreach (var ignored in (string[])[
            "nonsense", "[]", "null", """{"msg":"x"}""", """{"type":"","msg":"x"}""", """{"type":2}""", """{"type":2,"msg":""}""", """{"type":0,"msg":"x"}""",
            """{"type":3,"msg":"x"}""", """{"type":"ping"}""", """{"type":2,"msg":{"a":1}}""", """{"type":2,"msg":"\ud800"}""", """{"type":"claim","openid":"o_A"}"""])
        {
            await user.SendAsync(ignored);
        }

        await user.SendAsync("""{"type":2,"msg":"where is <b>my</b> parcel?"}""");
        await user.SendAsync("""{"type":"2","msg":"第二"}""");

        // A user who says that he is an agent is a user all the same.
        await user.SendAsync("""{"type":1,"msg":"I am no agent","openid":"o_B"}""");
        foreach (var agent in (TestClient[])[one, two, portico])
        {
            Assert.Equal("""{"msg":"where is <b>my</b> parcel?","openid":"o_A"}""", await agent.ReceiveAsync());
            Assert.Equal("""{"msg":"第二","openid":"o_A"}""", await agent.ReceiveAsync());
            Assert.Equal("""{"msg":"I am no agent","openid":"o_A"}""", await agent.ReceiveAsync());
        }

        // Agent to user; an agent's type 2 is an agent's all the same. Without an openid it goes nowhere.
        await one.SendAsync("""{"type":1,"msg":"nobody"}""");
        await one.SendAsync("""{"type":"1","msg":"on its way","openid":"o_A"}""");
        Assert.Equal("""{"msg":"on its way"}""", await user.ReceiveAsync());
        await two.SendAsync("""{"type":2,"msg":12.50,"openid":"o_A"}""");
        Assert.Equal("""{"msg":"12.50"}""", await user.ReceiveAsync());

        // A new connection takes the place of the old one, which is told nothing and may still send.
        await using var newer = await service.UserAsync("o_A", """think_serialize:{0}""");
        await newer.SendAsync("""{"type":2,"msg":"from the new one"}""");
        Assert.Equal("""{"msg":"from the new one","openid":"o_A"}""", await one.ReceiveAsync());
        await one.SendAsync("""{"type":1,"msg":"to the new one","openid":"o_A"}""");
        Assert.Equal("""{"msg":"to the new one"}""", await newer.ReceiveAsync());
        await user.SendAsync("""{"type":2,"msg":"from the old one"}""");
        Assert.Equal("""{"msg":"from the old one","openid":"o_A"}""", await one.ReceiveAsync());

        await StrangersAsync(service, one);
        await RedisHangsAsync(service, user, one);
        await RedisAwayAsync(service, user, newer, one);
    }

    private static async Task StrangersAsync(OldServiceClients service, TestClient agent)
    {
        await using var nothing = await service.ConnectPlainAsync();
        Assert.Equal((1008, "token is missing"), await OldServiceClients.ClosedAsync(nothing));
        await service.Redis.SetAsync("mini:empty-0123456789", """{"openid":""}""");
        await service.Redis.SetAsync("mini:scalar-0123456789", "think_serialize:i:5;");
        await service.Redis.SetAsync("mini:cut-0123456789ab", """think_serialize:a:1:{s:6:"openid";s:300:"x";}""");
        await service.Redis.PushAsync("mini:list-0123456789", "x");

        // Sessions that a client could name by what they are for, or guess.
        await service.Redis.SetAsync("mini:wx:user:00000000017", """{"openid":"victim"}""");
        await service.Redis.SetAsync("mini:user17", """{"openid":"victim"}""");
        foreach (var token in (string[])["nobody-has-this-one", "list-0123456789", "empty-0123456789", "scalar-0123456789", "cut-0123456789ab", "wx:user:00000000017", "user17", new string('x', 4000), "a\nb", HttpCaller.Token("o_A", DateTimeOffset.UtcNow.AddHours(1), "another secret of more than 32 characters")])
        {
            await using var stranger = await service.ConnectAsync(token);
            Assert.Equal((1008, "token is unknown"), await OldServiceClients.ClosedAsync(stranger));
        }

        await using var late = await service.ConnectAsync(HttpCaller.Token("o_C", DateTimeOffset.UtcNow.AddHours(-1)));
        Assert.Equal((4001, "token expired"), await OldServiceClients.ClosedAsync(late));
        await using var user = await service.ConnectAsync(HttpCaller.Token("o_C", DateTimeOffset.UtcNow.AddHours(1)));
        await user.SendAsync("""{"type":2,"msg":"with a user token"}""");
        Assert.Equal("""{"msg":"with a user token","openid":"o_C"}""", await agent.ReceiveAsync());
        await agent.SendAsync("""{"type":1,"msg":"you are known","openid":"o_C"}""");
        Assert.Equal("""{"msg":"you are known"}""", await user.ReceiveAsync());
    }

    // It takes connections and bytes and says nothing: whoever shows a session waits for his time and is told, nobody else waits.
    private static async Task RedisHangsAsync(OldServiceClients service, TestClient user, TestClient agent)
    {
        service.Redis.Hang();
        await using var waits = await service.ConnectAsync("whoever-0123456789");
        await user.SendAsync("""{"type":2,"msg":"while Redis hangs"}""");
        Assert.Equal("""{"msg":"while Redis hangs","openid":"o_A"}""", await agent.ReceiveAsync());
        await using var known = await service.ConnectAsync(HttpCaller.Token("o_C", DateTimeOffset.UtcNow.AddHours(1)));
        await known.SendAsync("""{"type":2,"msg":"let in without Redis"}""");
        Assert.Equal("""{"msg":"let in without Redis","openid":"o_C"}""", await agent.ReceiveAsync());
        Assert.Equal((1013, "sessions cannot be looked up now, try again later"), await OldServiceClients.ClosedAsync(waits));
        service.Redis.GoOn();
    }

    private static async Task RedisAwayAsync(OldServiceClients service, TestClient user, TestClient newer, TestClient agent)
    {
        await service.Redis.KillAsync();
        await using var refused = await service.ConnectAsync("whoever-0123456789");
        Assert.Equal((1013, "sessions cannot be looked up now, try again later"), await OldServiceClients.ClosedAsync(refused));

        // Those who are in go on.
        await user.SendAsync("""{"type":2,"msg":"without Redis"}""");
        Assert.Equal("""{"msg":"without Redis","openid":"o_A"}""", await agent.ReceiveAsync());
        await agent.SendAsync("""{"type":1,"msg":"never mind","openid":"o_A"}""");
        Assert.Equal("""{"msg":"never mind"}""", await newer.ReceiveAsync());

        await service.Redis.LaunchAsync();
        await Guard.UntilAsync(
            async () =>
            {
                // He hears from an agent: he is in. Closed: Redis is not known to be back yet.
                await using var back = await service.UserAsync("o_D");
                var heard = back.ReceiveAsync();
                await Guard.UntilAsync(
                    async () =>
                    {
                        await agent.SendAsync("""{"type":1,"msg":"again","openid":"o_D"}""");
                        return heard.IsCompleted;
                    },
                    "an answer, or the close");
                return await heard is not null;
            },
            "Redis is asked again after it came back");
    }

    private static void AssertRows(IReadOnlyList<string> rows)
    {
        var fields = rows.Select(row => row.Split('|')).ToList();
        Assert.Equal(
            ["where is <b>my</b> parcel?", "第二", "I am no agent", "on its way", "12.50", "from the new one", "to the new one", "from the old one", "while Redis hangs", "without Redis", "never mind"],
            fields.Select(row => row[1]));
        Assert.Equal(["2", "2", "2", "1", "1", "2", "1", "2", "2", "2", "1"], fields.Select(row => row[3]));
        Assert.All(fields, row => Assert.True(DateTime.TryParseExact(row[5], "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out _), row[5]));
    }
}
