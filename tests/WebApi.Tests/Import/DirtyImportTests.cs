using System.Net;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Import;

/// <summary>Old tables with everything in them that nobody meant to put there: what can be kept is kept, and nothing of it harms the log afterwards.</summary>
public sealed class DirtyImportTests(MariaDbFixture server)
{
    // The columns in another order, two that only this shop has, acc_isonline never added.
    private const string OldTable = """
        DROP VIEW hp_chat_log;
        CREATE TABLE hp_chat_log (note VARCHAR(10), sender INTEGER, Merchant_Id VARCHAR(200), user_id BIGINT, ID BIGINT PRIMARY KEY, send_time BIGINT, read_status INTEGER,
            send_message_type INTEGER, send_message TEXT, shop INTEGER) CHARSETOFTABLE;
        """;

    private const string Insert = "INSERT INTO hp_chat_log (ID, user_id, Merchant_Id, sender, send_time, read_status, send_message_type, send_message) VALUES (@id, @buyer, @merchant, @sender, @at, @read, @type, @text)";

    private static readonly (long Id, long Buyer, string Merchant, long At, int Type, string Text, string? Shown)[] Rows =
    [
        (-5, 1, "V_2", 1500000000, 1, "negative id", "negative id"),
        (0, 1, "V_2", 1500000000, 1, "id 0", "id 0"),
        (1, 1, "V_2", 1500000000, 1, "the same second", "the same second"),
        (2, 1, "V_2", 1500000000, 1, "\U0001F600 \U00020BB7 four bytes", "\U0001F600 \U00020BB7 four bytes"),
        (3, 1, "V_2", 1500000000, 1, "Ã¤Ã¶ latin1 read as utf8", "Ã¤Ã¶ latin1 read as utf8"),
        (4, 1, "V_2", -1, 1, "<b>bold</b> &lt;i&gt; <script>alert(1)</script>", "bold &lt;i&gt; alert(1)"),
        (5, 1, "V_2", 1500000000, 2, """{"id":5,"id":6,"title":"A \"B\"","price":1,"x":{"y":[1]}}""", """{"id":6,"title":"A \"B\""}"""),
        (6, 1, "V_2", 1500000000, 2, """{"title":"\ud83d"}""", """{&quot;title&quot;:&quot;\ud83d&quot;}"""),
        (7, 1, "V_2", 1500000000, 3, """["/a.png",1]""", "[&quot;/a.png&quot;,1]"),
        (8, 1, "V_2", 1500000000, 1, """a<img src="https://cdn.example/x.png?a=1&amp;b=2">b""", """a<img src="https://cdn.example/x.png?a=1&amp;b=2">b"""),
        (9, 1, "V_2", 1500000000, 1, """<img src="data:image/png;base64,AAAA">""", """<img src="data:image/png;base64,AAAA">"""),
        (10, 1, "V_2", 1500000000, 1, """<img src="javascript:alert(1)"><img src="data:text/html;base64,AAAA">left""", "left"),
        (11, 1, "V_2", 9999999999999, 9, "a time that is none, a type that is none", "a time that is none, a type that is none"),
        (12, 1, "U_3", 1500000000, 1, "to a buyer", null),
        (13, 1, "V 2", 1500000000, 1, "a uid with a blank", null),
        (14, 1, "", 1500000000, 1, "nobody", null),
        (long.MaxValue - 1, 1, "V_2", 1500000000, 1, "huge id", "huge id"),
        (long.MaxValue, long.MaxValue, "V_2", 1500000000, 1, "the largest", "the largest"),
    ];

    [Theory]
    [InlineData("sqlite", "")]
    [InlineData("mysql", "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4")]
    public async Task Import_DirtyRows_AreKeptAsFarAsTheyMakeSense(string kind, string charset)
    {
        await using var api = await StartAsync(kind);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute(OldTable.Replace("CHARSETOFTABLE", charset, StringComparison.Ordinal));
        foreach (var row in Rows)
        {
            connection.Execute(Insert, new { id = row.Id, buyer = row.Buyer, merchant = row.Merchant, sender = 1, at = row.At, read = 0, type = row.Type, text = row.Text });
        }

        var first = (await api.FormAsync("/api/v1/admin/import", []).ReadAsync()).GetProperty("tables")[0];
        await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();
        var shown = connection.Query<(long Id, string Text)>("SELECT id, send_message FROM hp_chat_log ORDER BY id").ToList();
        var sent = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content = "goes on" }).ReadAsync();
        var page = await api.GetAsync("/api/v1/messages?uid=U_1&with=V_2").ReadAsync();
        var day = await api.GetAsync("/push/push/history?with=V_2&uid=U_1").ReadAsync();

        Assert.Equal((Rows.Count(row => row.Shown is not null), 3), (first.GetProperty("imported").GetInt32(), first.GetProperty("skipped").GetInt32()));
        Assert.Equal(Rows.Where(row => row.Shown is not null).OrderBy(row => row.Id).Select(row => (row.Id, row.Shown!)), shown);
        Assert.InRange(sent.GetProperty("id").GetInt64(), 1, 1L << 48);
        var messages = page.GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal("goes on", messages[^1].GetProperty("content").GetString());
        Assert.InRange(messages[^1].GetProperty("sent_at").GetInt64(), 1_700_000_000_000, 10_000_000_000_000);
        Assert.Equal(Enumerable.Range(1, messages.Count), messages.Select(message => message.GetProperty("seq").GetInt32()));
        Assert.NotEqual(JsonValueKind.Undefined, day.ValueKind);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Import_ReadMarks_AreTheOldOnes_AndThoseOfLaterRunsArrive(string kind)
    {
        await using var api = await StartAsync(kind);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute(OldTable.Replace("CHARSETOFTABLE", "", StringComparison.Ordinal));
        (int Sender, int Read)[] rows = [(1, 1), (1, 1), (2, 1), (1, 1), (2, 0), (2, 0), (1, 0)];
        for (var i = 0; i < rows.Length; i++)
        {
            connection.Execute(Insert, new { id = i + 1, buyer = 1, merchant = "V_2", sender = rows[i].Sender, at = 1500000000 + i, read = rows[i].Read, type = 1, text = "t" });
        }

        await api.FormAsync("/api/v1/admin/import", []).ReadAsync();
        var buyer = await UnreadAsync(api, "U_1");
        var merchant = await UnreadAsync(api, "V_2");
        connection.Execute("UPDATE hp_chat_log SET read_status = 1 WHERE id = 5");
        await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();

        // The buyer's own last message stands after two he has not read, and is not unread to him.
        Assert.Equal((2, 1), (buyer, merchant));
        Assert.Equal([1, 1, 1, 1, 1, 0, 0], connection.Query<int>("SELECT read_status FROM hp_chat_log ORDER BY id"));
        Assert.Equal(1, await UnreadAsync(api, "U_1"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Import_TakeOverThatWasEndedAfterTheView_GoesOn(string kind)
    {
        await using var api = await StartAsync(kind);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute(OldTable.Replace("CHARSETOFTABLE", "", StringComparison.Ordinal).Replace("DROP VIEW hp_chat_log;", "", StringComparison.Ordinal).Replace("hp_chat_log", "hp_chat_log_moving", StringComparison.Ordinal));
        connection.Execute(Insert.Replace("hp_chat_log", "hp_chat_log_moving", StringComparison.Ordinal), new { id = 41, buyer = 1, merchant = "V_2", sender = 1, at = 1500000000, read = 0, type = 1, text = "late" });

        var report = (await api.FormAsync("/api/v1/admin/import", []).ReadAsync()).GetProperty("tables");

        Assert.Equal("""[{"table":"hp_chat_log","imported":1,"known":0,"skipped":0,"taken_over":true}]""", report.GetRawText());
        Assert.Equal(41, connection.ExecuteScalar<long>("SELECT id FROM hp_chat_log"));
        Assert.Equal(1, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log_old"));
    }

    [Fact]
    public async Task Import_WhatCannotBeDone_IsSaidClearly()
    {
        await using var api = await StartAsync("sqlite");
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute("DROP VIEW hp_chat_log; CREATE TABLE hp_chat_log (id INTEGER PRIMARY KEY, user_id INTEGER, send_message TEXT)");

        using var lacking = await api.FormAsync("/api/v1/admin/import", []);
        var detail = (await lacking.ReadAsync()).GetProperty("detail").GetString();
        connection.Execute("DROP TABLE hp_chat_log; CREATE TABLE hp_chat_log_old (id INTEGER);" + OldTable.Replace("DROP VIEW hp_chat_log;", "", StringComparison.Ordinal).Replace("CHARSETOFTABLE", "", StringComparison.Ordinal));
        var report = (await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync()).GetProperty("tables");

        Assert.Equal(HttpStatusCode.Conflict, lacking.StatusCode);
        Assert.Contains("merchant_id, sender, send_time", detail, StringComparison.Ordinal);
        Assert.Equal("hp_chat_log_old", report[0].GetProperty("in_the_way").GetString());
        Assert.False(report[0].GetProperty("taken_over").GetBoolean());
    }

    private async Task<WebApiHarness> StartAsync(string kind) =>
        await WebApiHarness.StartShopAsync(store: kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : null);

    private static async Task<long> UnreadAsync(WebApiHarness api, string uid) =>
        (await api.GetAsync("/api/v1/unread?uid=" + uid).ReadAsync()).GetProperty("unread").GetInt64();
}
