using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Import;

public sealed class OldTableImportTests(MariaDbFixture server)
{
    private const string OldTables = """
        DROP VIEW hp_chat_log; DROP VIEW chat;
        CREATE TABLE hp_chat_log (id INTEGER PRIMARY KEY, user_id INTEGER, merchant_id VARCHAR(20), send_message TEXT, send_message_type INTEGER, sender INTEGER, send_time INTEGER, read_status INTEGER, acc_isonline INTEGER);
        INSERT INTO hp_chat_log VALUES (1, 7, 'V_2', 'a &lt;b&gt; c', 1, 1, 1600000000, 1, 1);
        INSERT INTO hp_chat_log VALUES (2, 7, 'V_2', '{"id":5,"title":"Tea","price":"1.00"}', 2, 1, 1600000010, 1, 0);
        INSERT INTO hp_chat_log VALUES (3, 7, 'V_2', 'look<img src="/upload/chat/x.png" onclick="1">', 1, 2, 1600000020, 0, 0);
        INSERT INTO hp_chat_log VALUES (9, 8, 'E_4', '["/upload/1.png"]', 3, 1, 1600000030, 0, 0);
        INSERT INTO hp_chat_log VALUES (10, 8, '', 'nobody', 1, 1, 1600000030, 0, 0);
        CREATE TABLE chat (id INTEGER PRIMARY KEY, msg TEXT, openid VARCHAR(64), type INTEGER, isread INTEGER, creat_time VARCHAR(19));
        INSERT INTO chat VALUES (1, '<hello>', 'oX', 2, 1, '2020-09-13 12:26:40');
        INSERT INTO chat VALUES (4, 'answer', 'oX', 1, 0, '2020-09-13 12:27:00');
        """;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Import_AgainAndWithTakeOver_KeepsIdsAndAddsOnlyWhatIsNew(string kind)
    {
        await using var api = await WebApiHarness.StartAsync(store: kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : null);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute(OldTables);

        var first = (await api.FormAsync("/api/v1/admin/import", []).ReadAsync()).GetProperty("tables");
        connection.Execute("INSERT INTO hp_chat_log VALUES (11, 7, 'V_2', 'late', 1, 2, 1600000100, 0, 0)");
        var second = (await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync()).GetProperty("tables");
        var third = (await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync()).GetProperty("tables");
        await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_7", to = "V_2", content = "new" });

        Assert.Equal("""{"table":"hp_chat_log","imported":4,"known":0,"skipped":1,"taken_over":false,"skipped_rows":[{"reason":"merchant_id is empty","rows":1,"ids":["10"]}]}""", first[0].GetRawText());
        Assert.Equal("""{"table":"hp_chat_log","imported":1,"known":4,"skipped":1,"taken_over":true,"skipped_rows":[{"reason":"merchant_id is empty","rows":1,"ids":["10"]}]}""", second[0].GetRawText());
        Assert.True(second[1].GetProperty("taken_over").GetBoolean());
        Assert.Equal(0, third.GetArrayLength());
        var shop = Rows(connection, "SELECT * FROM hp_chat_log ORDER BY id");
        Assert.Equal([1L, 2, 3, 9, 11], shop.Take(5).Select(row => Convert.ToInt64(row["id"])));
        Assert.True(Convert.ToInt64(shop[5]["id"]) > 11);
        Assert.Equal(["a &lt;b&gt; c", """{"id":5,"title":"Tea"}""", "look<img src=\"/upload/chat/x.png\">", """["/upload/1.png"]""", "late", "new"], shop.Select(row => row["send_message"]));
        Assert.Equal([1600000000L, 1600000010, 1600000020, 1600000030, 1600000100], shop.Take(5).Select(row => Convert.ToInt64(row["send_time"])));
        Assert.Equal([1, 1, 2, 1, 2, 1], shop.Select(row => Convert.ToInt32(row["sender"])));
        var service = Rows(connection, "SELECT * FROM chat ORDER BY id");
        Assert.Equal([1L, 4], service.Select(row => Convert.ToInt64(row["id"])));
        Assert.Equal(["<hello>", "answer"], service.Select(row => row["msg"]));
        Assert.Equal("2020-09-13 12:26:40", service[0]["creat_time"]);
        Assert.Equal([1, 0], service.Select(row => Convert.ToInt32(row["isread"])));
        Assert.Equal(6, connection.ExecuteScalar<long>("SELECT COUNT(*) FROM hp_chat_log_old"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Retention_BeforeATime_SaysWhatIsNoLongerKept(string kind)
    {
        var clock = new Portico.Support.FakeClock();
        await using var api = await WebApiHarness.StartAsync(store: kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : null, clock: clock);
        foreach (var i in Enumerable.Range(1, 4))
        {
            await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content = $"text {i}", client_msg_id = i % 2 == 0 ? $"id{i}" : "" });
            clock.Advance(TimeSpan.FromDays(1));
        }

        var before = (clock.GetUtcNow() - TimeSpan.FromDays(2.5)).ToUnixTimeMilliseconds();
        var forgotten = await api.JsonAsync(HttpMethod.Post, "/api/v1/admin/retention", new { before }).ReadAsync();
        var page = await api.GetAsync("/api/v1/messages?uid=U_1&with=V_2").ReadAsync();
        var retry = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content = "text 2", client_msg_id = "id2" }).ReadAsync();
        var conversation = page.GetProperty("messages")[0].GetProperty("conversation").GetString();
        using var export = await api.GetAsync("/api/v1/admin/export?conversation=" + conversation);
        using var byUser = await api.GetAsync("/api/v1/admin/export?conversation=" + conversation, "U_1");

        Assert.Equal(1, forgotten.GetProperty("conversations").GetInt32());
        Assert.Equal([3, 4], page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("seq").GetInt32()));
        Assert.Equal(3, page.GetProperty("kept_from").GetInt32());
        Assert.Equal((2, 1), (retry.GetProperty("seq").GetInt32(), retry.GetProperty("repeated").GetInt32()));
        Assert.Equal(2, (await export.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal(HttpStatusCode.Forbidden, byUser.StatusCode);
    }

    private static List<IDictionary<string, object>> Rows(System.Data.Common.DbConnection connection, string sql) =>
        connection.Query(sql).Select(row => (IDictionary<string, object>)row).ToList();
}
