using System.Data.Common;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Support;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Import;

/// <summary>hp_chat_log and chat as real tables: whatever happens in the log, they say what the view would say, and old SQL finds keys and indexes.</summary>
public sealed class KeptTablesTests(MariaDbFixture server) : IDisposable
{
    private const string OldTables = """
        CREATE TABLE hp_chat_log (id INTEGER PRIMARY KEY, user_id INTEGER, merchant_id VARCHAR(20), send_message TEXT, send_message_type INTEGER, sender INTEGER, send_time INTEGER, read_status INTEGER, acc_isonline INTEGER);
        INSERT INTO hp_chat_log VALUES (1, 7, 'V_2', 'An iPhone?', 1, 1, 1600000000, 1, 1), (2, 7, 'V_2', 'yes', 1, 2, 1600000000, 0, 1), (3, 7, 'V_2', 'old 3', 1, 1, 1600000000, 1, 1), (5, 8, 'V_2', 'old 5', 1, 1, 1600000000, 0, 1);
        CREATE TABLE chat (id INTEGER PRIMARY KEY, msg TEXT, openid VARCHAR(64), type INTEGER, isread INTEGER, creat_time VARCHAR(19));
        INSERT INTO chat VALUES (1, 'old 1', 'oX', 2, 1, '2020-09-13 12:26:40'), (2, 'old 2', 'oX', 1, 1, '2020-09-13 12:26:40'), (3, 'old 3', 'oY', 1, 0, '2020-09-13 12:26:40');
        """;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("sqlite", false)]
    [InlineData("sqlite", true)]
    [InlineData("mysql", false)]
    [InlineData("mysql", true)]
    public async Task Tables_WhateverHappensInTheLog_SayWhatTheViewsWouldSay(string kind, bool takeOver)
    {
        var clock = new FakeClock();
        await using var api = await StartAsync(await StoreAsync(kind), takeOver ? "auto" : "on", clock);
        var dialect = api.Services.GetRequiredService<ISqlDialect>();
        using var connection = dialect.Open();
        await TalkAsync(api, "before");
        if (takeOver)
        {
            connection.Execute("DROP VIEW hp_chat_log; DROP VIEW chat;" + OldTables);
            await api.FormAsync("/api/v1/admin/import", []).ReadAsync();
            await TalkAsync(api, "between");
            await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();
        }

        Assert.Equal(["kept", "kept"], OldTableShape.All.Select(shape => dialect.KindOf(connection, shape.Name)));
        AssertSame(dialect, connection);
        await TalkAsync(api, "after");
        AssertSame(dialect, connection);
        clock.Advance(TimeSpan.FromDays(2));
        await TalkAsync(api, "later");
        var forgotten = await api.JsonAsync(HttpMethod.Post, "/api/v1/admin/retention", new { before = (clock.GetUtcNow() - TimeSpan.FromDays(1)).ToUnixTimeMilliseconds() }).ReadAsync();
        AssertSame(dialect, connection);

        Assert.InRange(forgotten.GetProperty("conversations").GetInt32(), 2, 10);
        Assert.Equal(["later 1 <&>", "later 3", new string('\'', 300)], connection.Query<string>("SELECT m.content FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.member_a = 'U_7' AND m.seq >= c.kept_from AND m.recalled_at_ms IS NULL ORDER BY m.seq"));
        Assert.Equal(3, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log WHERE user_id = 7"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task TakeOver_WhileOthersSend_EverySendIsStoredAndShown(string kind)
    {
        await using var api = await StartAsync(await StoreAsync(kind), "auto");
        var dialect = api.Services.GetRequiredService<ISqlDialect>();
        using var connection = dialect.Open();
        connection.Execute("DROP VIEW hp_chat_log; DROP VIEW chat;" + OldTables);
        var sent = 0;
        using var stop = new CancellationTokenSource();
        var senders = Enumerable.Range(1, 6).Select(buyer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await SendAsync(api, $"U_{buyer}", "V_2", $"{buyer} {i}");
                Interlocked.Increment(ref sent);
            }
        })).ToArray();

        await Guard.UntilAsync(() => Volatile.Read(ref sent) > 20, "sends before");
        await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();
        var before = Volatile.Read(ref sent);
        await Guard.UntilAsync(() => Volatile.Read(ref sent) > before + 20, "sends after");
        await stop.CancelAsync();
        await Task.WhenAll(senders).WaitAsync(Guard.LongLimit);

        Assert.Equal("kept", dialect.KindOf(connection, "hp_chat_log"));
        AssertSame(dialect, connection);
        Assert.Equal(sent + 4, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task OldWrites_ReadMarksAreCarriedOver_EverythingElseIsRefusedWithTheReason(string kind)
    {
        await using var api = await StartAsync(await StoreAsync(kind), "on");
        var dialect = api.Services.GetRequiredService<ISqlDialect>();
        using var connection = dialect.Open();
        var buyer = api.Gateways.Connect("U_7", "portico.v1");
        foreach (var i in Enumerable.Range(1, 3))
        {
            await SendAsync(api, "U_7", "V_2", $"text {i}");
        }

        var fault = (string sql) => Assert.ThrowsAny<DbException>(() => connection.Execute(sql)).Message;
        Assert.Contains("POST /api/v1/messages", fault("INSERT INTO hp_chat_log (id, user_id, merchant_id, send_message, send_message_type, sender, send_time, read_status, acc_isonline) VALUES (99, 7, 'V_2', 'x', 1, 1, 1, 0, 0)"), StringComparison.Ordinal);
        Assert.Contains("POST /api/v1/admin/retention", fault("DELETE FROM hp_chat_log WHERE user_id = 7"), StringComparison.Ordinal);
        Assert.Contains("only read_status can be set", fault("UPDATE hp_chat_log SET send_message = 'forged' WHERE user_id = 7"), StringComparison.Ordinal);
        Assert.Contains("chat is kept by Portico", fault("INSERT INTO chat (id, msg, openid, type, isread) VALUES (1, 'x', 'oX', 2, 0)"), StringComparison.Ordinal);

        Assert.Equal(3, connection.Execute("UPDATE hp_chat_log SET read_status = 1 WHERE user_id = 7 AND merchant_id = 'V_2' AND sender = 1"));
        await Guard.UntilAsync(() => connection.ExecuteScalar<long>("SELECT b_read FROM conversations WHERE member_a = 'U_7'") == 3, "the read marks in the log");

        Assert.Contains("only read_status can be set", fault("UPDATE hp_chat_log SET read_status = 0 WHERE user_id = 7"), StringComparison.Ordinal);
        Assert.Equal(0, (await api.GetAsync("/api/v1/unread?uid=V_2").ReadAsync()).GetProperty("unread").GetInt64());
        JsonElement told;
        do
        {
            told = await buyer.NextJsonAsync();
        }
        while (told.GetProperty("type").GetString() != "read");
        Assert.Equal(3, told.GetProperty("seq").GetInt64());
        await Guard.UntilAsync(() => connection.ExecuteScalar<long>("SELECT COUNT(*) FROM portico_read_marks") == 0, "no marks left");
        AssertSame(dialect, connection);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Start_LogOfAnEarlierVersionThatHadTakenOver_GetsRealTablesAndBack(string kind)
    {
        var store = await StoreAsync(kind);
        await using (var api = await StartAsync(store, "off"))
        {
            using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
            await TalkAsync(api, "before");
            connection.Execute("DROP VIEW hp_chat_log; DROP VIEW chat;" + OldTables);
            await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();
            Assert.Equal("view", api.Services.GetRequiredService<ISqlDialect>().KindOf(connection, "hp_chat_log"));
        }

        foreach (var (mode, expected) in new[] { ("auto", "kept"), ("auto", "kept"), ("off", "view"), ("on", "kept") })
        {
            await using var api = await StartAsync(store, mode);
            var dialect = api.Services.GetRequiredService<ISqlDialect>();
            using var connection = dialect.Open();
            await TalkAsync(api, "again");
            Assert.Equal([expected, expected], OldTableShape.All.Select(shape => dialect.KindOf(connection, shape.Name)));
            AssertSame(dialect, connection);
            Assert.Equal(["An iPhone?", "yes", "old 3"], connection.Query<string>("SELECT send_message FROM hp_chat_log WHERE id IN (1, 2, 3) ORDER BY id"));
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Start_ShopWithoutAnOldTable_HasViewsAndNoTriggers(string kind)
    {
        await using var api = await StartAsync(await StoreAsync(kind), "auto");
        var dialect = api.Services.GetRequiredService<ISqlDialect>();
        using var connection = dialect.Open();

        Assert.Equal(["view", "view"], OldTableShape.All.Select(shape => dialect.KindOf(connection, shape.Name)));
        Assert.Equal(0, connection.ExecuteScalar<long>(kind == "mysql" ? "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE()" : "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger'"));
    }

    // What a run leaves behind that is ended after any of its statements.
    [Fact]
    public async Task Start_EndedAnywhereWhileTheTableIsMade_TheNextFinishesIt()
    {
        var text = await server.CreateDatabaseAsync();
        await using var api = await StartAsync("mysql:" + text, "off");
        var dialect = api.Services.GetRequiredService<ISqlDialect>();
        using var connection = dialect.OpenForWriting();
        await TalkAsync(api, "before");
        var shape = OldTableShape.Shop;
        string[] steps =
        [
            MySqlKeptSql.ReadMarks,
            MySqlKeptSql.Create(shape, MySqlKeptSql.Filling(shape), "utf8mb4_general_ci", "kept by Portico, being filled"),
            MySqlKeptSql.PointTo(shape, MySqlKeptSql.Filling(shape)),
            .. MySqlKeptSql.Triggers(shape, MySqlKeptSql.Filling(shape)).Select(trigger => trigger.Text),
            "DROP VIEW hp_chat_log",
            $"RENAME TABLE {MySqlKeptSql.Filling(shape)} TO hp_chat_log",
        ];
        for (var ended = 1; ended <= steps.Length; ended++)
        {
            foreach (var step in steps.Take(ended))
            {
                connection.Execute(step);
            }

            new StoreSetup(dialect, NullLogger<StoreSetup>.Instance, KeepMode.On).Run();

            await TalkAsync(api, $"ended{ended}");
            Assert.Equal("kept", dialect.KindOf(connection, "hp_chat_log"));
            AssertSame(dialect, connection);
            new StoreSetup(dialect, NullLogger<StoreSetup>.Instance, KeepMode.Off).Run();
        }
    }

    [Fact]
    public async Task Start_WithoutTheRightToMakeTriggers_KeepsTheViewsAndGoesOn()
    {
        var text = await server.CreateDatabaseAsync();
        var name = new DbConnectionStringBuilder { ConnectionString = text }["Database"];
        using (var root = new MySqlDialect(text, new LogClock(TimeProvider.System, TimeZoneInfo.Utc)).Open())
        {
            root.Execute($"CREATE USER IF NOT EXISTS 'few'@'%' IDENTIFIED BY 'rights'; GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, CREATE VIEW, SHOW VIEW ON {name}.* TO 'few'@'%'");
        }

        await using var api = await StartAsync("mysql:" + text.Replace("User ID=root", "User ID=few;Password=rights", StringComparison.Ordinal), "on");
        var dialect = api.Services.GetRequiredService<ISqlDialect>();
        using var connection = dialect.Open();
        await TalkAsync(api, "text");

        Assert.Equal(["view", "view"], OldTableShape.All.Select(shape => dialect.KindOf(connection, shape.Name)));
        AssertSame(dialect, connection);
    }

    [Fact]
    public async Task OldSql_OnMariaDb_ReadsAsManyRowsAsAnIndexedTable()
    {
        await using var api = await StartAsync("mysql:" + await server.CreateDatabaseAsync(), "auto");
        using var connection = api.Services.GetRequiredService<ISqlDialect>().OpenForWriting();
        connection.Execute("""
            DROP VIEW hp_chat_log;
            CREATE TABLE hp_chat_log (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id INT, merchant_id VARCHAR(20), send_message TEXT, send_message_type TINYINT(1), sender TINYINT(1), send_time INT, read_status TINYINT(1), acc_isonline TINYINT(1)) ENGINE=MyISAM DEFAULT CHARSET=utf8;
            INSERT INTO hp_chat_log SELECT seq, seq % 50 + 1, 'V_2', CONCAT('An iPhone ', seq), 1, seq % 2 + 1, 1500000000 + seq, 1, 0 FROM seq_1_to_5000;
            """);
        await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();

        foreach (var (sql, most) in new[]
        {
            ("SELECT * FROM hp_chat_log ORDER BY id DESC LIMIT 20", 21), ("SELECT * FROM hp_chat_log WHERE id = 4711", 1), ("SELECT * FROM hp_chat_log WHERE id > 4000 ORDER BY id LIMIT 50", 51),
            ("SELECT * FROM hp_chat_log WHERE user_id = 7 AND merchant_id = 'V_2'", 102), ("SELECT * FROM hp_chat_log WHERE send_time > 1500004990 ORDER BY send_time DESC", 11), ("SELECT COUNT(*) FROM hp_chat_log", 5001),
        })
        {
            connection.Execute("FLUSH STATUS");
            var rows = connection.Query(sql).Count();
            var read = connection.Query<(string Name, long Value)>("SHOW SESSION STATUS LIKE 'Handler_read%'").Sum(status => status.Value);
            Assert.True(rows > 0 && read <= most, $"{sql}: {read} rows read for {rows}");
        }

        Assert.Equal("id PRI", string.Join(' ', connection.Query("SHOW COLUMNS FROM hp_chat_log").Select(column => (IDictionary<string, object>)column).Where(column => (string)column["Key"] == "PRI").Select(column => $"{column["Field"]} PRI")));
        Assert.Equal(5000, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log WHERE send_message LIKE '%iphone%'"));
        Assert.Equal(100, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log WHERE user_id = 7 AND merchant_id = 'v_2'"));
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    private static void AssertSame(ISqlDialect dialect, DbConnection connection)
    {
        foreach (var shape in OldTableShape.All)
        {
            var expected = Rows(connection, $"SELECT * FROM ({shape.View(dialect.Name == "mysql" ? "DIV" : "/")}) AS shown ORDER BY id");
            Assert.True(expected.Count > 0 || shape == OldTableShape.Service, shape.Name);
            Assert.Equal(expected, Rows(connection, $"SELECT {shape.ColumnList} FROM {shape.Name} ORDER BY id"));
        }
    }

    private static List<string> Rows(DbConnection connection, string sql) => connection.Query(sql)
        .Select(row => string.Join(" | ", ((IDictionary<string, object?>)row).Values.Select(value => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)))).ToList();

    // Sends of both sides and applications, with and without an id, long and mixed texts; some is read, some is taken back.
    private static async Task TalkAsync(WebApiHarness api, string word)
    {
        await SendAsync(api, "U_7", "V_2", word + " 1 <&>", word + "1");
        var gone = await SendAsync(api, "V_2", "U_7", word + " 2");
        await SendAsync(api, "U_7", "V_2", word + " 3");
        await SendAsync(api, "V_2", "U_7", new string('\'', 300), word + "4");
        await SendAsync(api, "U_x", "V_2", word + " of a buyer without a number");
        Assert.True((await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { uid = "V_2", conversation = gone.GetProperty("conversation").GetString(), seq = gone.GetProperty("seq").GetInt64() })).IsSuccessStatusCode);
        var sent = await api.Services.GetRequiredService<SendMessage>().SendAsync(
            new SendCommand { Application = ConversationKey.Service, Sender = "oX", Recipient = "", Type = 1, Content = word + " <raw>" });
        Assert.Equal(SendStatus.Stored, sent.Status);
        await api.Services.GetRequiredService<ChatLog>().AppendAsync(new AppendRequest { Conversation = ConversationKey.OfVisitor("oX"), FromA = false, Sender = "agent", Type = 1, Content = word + " answer" });
        var last = await SendAsync(api, "U_8", "V_2", word);
        await api.JsonAsync(HttpMethod.Post, "/api/v1/read", new { uid = "V_2", conversation = last.GetProperty("conversation").GetString(), seq = last.GetProperty("seq").GetInt64() - 1 });
    }

    private static async Task<JsonElement> SendAsync(WebApiHarness api, string from, string to, string text, string key = "")
    {
        using var answer = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = from, to, content = text, client_msg_id = key });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.ReadAsync();
    }

    private static Task<WebApiHarness> StartAsync(string store, string mode, TimeProvider? clock = null) =>
        WebApiHarness.StartShopAsync(new() { ["WebApi:OldTables"] = mode, ["Service:LeaseSeconds"] = "3600" }, store, clock);

    private async Task<string> StoreAsync(string kind) => kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : "sqlite:" + _folder.File("log.db");
}
