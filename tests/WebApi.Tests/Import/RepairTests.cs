using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Import;

/// <summary>
/// Logs that earlier versions imported wrongly: on MariaDB they read every TINYINT(1) as no number, so each message is the merchant's, a text, unread and
/// sent to somebody offline. Words in number columns make the same log today.
/// </summary>
public sealed class RepairTests(MariaDbFixture server)
{
    private const string Columns = "id INTEGER PRIMARY KEY, user_id INTEGER, merchant_id VARCHAR(20), send_message TEXT, send_message_type {0}, sender {0}, send_time INTEGER, read_status {0}, acc_isonline {0}";

    // What the driver made of the right rows.
    private const string WrongRows = """
        INSERT INTO hp_chat_log VALUES (1, 7, 'V_2', 'have you tea?', 'True', 'True', 1600000000, 'True', 'True'), (2, 7, 'V_2', 'yes', 'True', 'True', 1600000010, 'True', 'False'),
            (3, 7, 'V_2', '["/upload/1.png"]', 'True', 'True', 1600000020, 'True', 'True'), (4, 7, 'V_2', '{"id":5,"title":"Tea"}', 'True', 'True', 1600000030, 'False', 'True'),
            (5, 8, 'V_2', 'hello', 'True', 'True', 1600000040, 'False', 'False');
        """;

    private const string RightRows = """
        INSERT INTO hp_chat_log VALUES (1, 7, 'V_2', 'have you tea?', 1, 1, 1600000000, 1, 1), (2, 7, 'V_2', 'yes', 1, 2, 1600000010, 1, 0),
            (3, 7, 'V_2', '["/upload/1.png"]', 3, 1, 1600000020, 1, 1), (4, 7, 'V_2', '{"id":5,"title":"Tea"}', 2, 1, 1600000030, 0, 1), (5, 8, 'V_2', 'hello', 1, 1, 1600000040, 0, 0);
        """;

    private static readonly (long, long, string, int, int, int, int)[] Right =
    [
        (1, 7, "have you tea?", 1, 1, 1, 1), (2, 7, "yes", 1, 2, 1, 0), (3, 7, """["/upload/1.png"]""", 3, 1, 1, 1), (4, 7, """{"id":5,"title":"Tea"}""", 2, 1, 0, 1), (5, 8, "hello", 1, 1, 0, 0),
    ];

    [Theory]
    [InlineData("sqlite", false)]
    [InlineData("sqlite", true)]
    [InlineData("mysql", false)]
    [InlineData("mysql", true)]
    public async Task Repair_LogIsWrong_EveryMessageIsAsTheOldTableHasIt(string kind, bool takenOver)
    {
        await using var api = await StartAsync(kind);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        await ImportWrongAsync(api, connection, takenOver);
        Assert.Equal([2], connection.Query<int>("SELECT DISTINCT CASE WHEN from_a = 1 THEN 1 ELSE 2 END FROM messages WHERE idem_key IS NOT NULL"));
        await SendAsync(api, "U_7", "V_2", "native");
        var table = takenOver ? "hp_chat_log_old" : "hp_chat_log";
        connection.Execute($"DROP TABLE {table}; CREATE TABLE {table} ({Columns.Replace("{0}", "TINYINT(1)", StringComparison.Ordinal)});" + RightRows.Replace("hp_chat_log", table, StringComparison.Ordinal));

        var report = (await api.FormAsync("/api/v1/admin/import", new() { ["repair"] = "1", ["take_over"] = takenOver ? "0" : "1" }).ReadAsync()).GetProperty("tables")[0];

        // The merchant's own message, a text that nobody was online for, was right by chance.
        Assert.Equal((4, 0, 0), (report.GetProperty("repaired").GetInt32(), report.GetProperty("removed").GetInt32(), report.GetProperty("imported").GetInt32()));
        Assert.Equal(Right, Old(connection));
        await AssertLogAsync(api, connection);
        // Nothing is left to do.
        if (takenOver)
        {
            var again = (await api.FormAsync("/api/v1/admin/import", new() { ["repair"] = "1" }).ReadAsync()).GetProperty("tables")[0];
            Assert.Equal((0, 0, 5), (again.GetProperty("repaired").GetInt32(), again.GetProperty("removed").GetInt32(), again.GetProperty("known").GetInt32()));
        }
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Repair_RowsAreDoubledByASecondImport_EachStandsOnceWithItsId(string kind)
    {
        await using var api = await StartAsync(kind);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().OpenForWriting();
        await ImportWrongAsync(api, connection, takenOver: false);
        await SendAsync(api, "U_7", "V_2", "native");
        // What the second import of an earlier version, its fault cured by the connection string, added: the wrong ones made way.
        connection.Execute("""
            UPDATE messages SET legacy_id = id + 4503599627370496 WHERE idem_key IS NOT NULL AND id IN (1, 3, 4, 5);
            INSERT INTO messages (legacy_id, conversation_id, seq, from_a, sender, type, content, receiver_online, sent_at_ms, idem_key)
                SELECT 1, conversation_id, 6, 1, 'U_7', 1, 'have you tea?', 1, 1600000000000, 'hp:1' FROM messages WHERE id = 1;
            INSERT INTO messages (legacy_id, conversation_id, seq, from_a, sender, type, content, receiver_online, sent_at_ms, idem_key)
                SELECT 3, conversation_id, 7, 1, 'U_7', 3, '["/upload/1.png"]', 1, 1600000020000, 'hp:3' FROM messages WHERE id = 1;
            INSERT INTO messages (legacy_id, conversation_id, seq, from_a, sender, type, content, receiver_online, sent_at_ms, idem_key)
                SELECT 4, conversation_id, 8, 1, 'U_7', 2, '{"id":5,"title":"Tea"}', 1, 1600000030000, 'hp:4' FROM messages WHERE id = 1;
            INSERT INTO messages (legacy_id, conversation_id, seq, from_a, sender, type, content, receiver_online, sent_at_ms, idem_key)
                SELECT 5, conversation_id, 2, 1, 'U_8', 1, 'hello', 0, 1600000040000, 'hp:5' FROM messages WHERE id = 5;
            UPDATE conversations SET last_seq = 8, a_read = 8 WHERE member_a = 'U_7';
            UPDATE conversations SET last_seq = 2, a_read = 2 WHERE member_a = 'U_8';
            """);
        connection.Execute($"DROP TABLE hp_chat_log; CREATE TABLE hp_chat_log ({Columns.Replace("{0}", "TINYINT(1)", StringComparison.Ordinal)});" + RightRows);
        using var refused = await api.FormAsync("/api/v1/admin/import", []);
        var words = (await refused.ReadAsync()).GetProperty("detail").GetString();

        var report = (await api.FormAsync("/api/v1/admin/import", new() { ["repair"] = "1", ["take_over"] = "1" }).ReadAsync()).GetProperty("tables")[0];

        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("portico import --repair", words, StringComparison.Ordinal);
        Assert.Equal((4, 4, 0), (report.GetProperty("repaired").GetInt32(), report.GetProperty("removed").GetInt32(), report.GetProperty("imported").GetInt32()));
        Assert.Equal(Right, Old(connection));
        await AssertLogAsync(api, connection);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Repair_MerchantsWithoutPrefix_MoveToTheirOwnConversation(string kind)
    {
        await using var api = await StartAsync(kind);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().OpenForWriting();
        connection.Execute($"DROP VIEW hp_chat_log; CREATE TABLE hp_chat_log ({Columns.Replace("{0}", "INTEGER", StringComparison.Ordinal)}); INSERT INTO hp_chat_log VALUES (1, 7, '2', 'bare', 1, 1, 1600000000, 0, 0), (2, 7, 'V_2', 'right', 1, 1, 1600000010, 0, 0)");
        // As an earlier version has left it.
        await api.FormAsync("/api/v1/admin/import", []).ReadAsync();
        connection.Execute("""
            INSERT INTO conversations (application, member_a, member_b, buyer_id, last_seq) VALUES ('shop', 'U_7', '2', 7, 1);
            UPDATE messages SET seq = 1, conversation_id = (SELECT id FROM conversations WHERE member_b = '2') WHERE idem_key = 'hp:1';
            UPDATE messages SET seq = 1 WHERE idem_key = 'hp:2';
            UPDATE conversations SET last_seq = 1 WHERE member_b = 'V_2';
            """);

        var report = (await api.FormAsync("/api/v1/admin/import", new() { ["repair"] = "1" }).ReadAsync()).GetProperty("tables")[0];
        var page = await api.GetAsync("/api/v1/messages?uid=V_2&with=U_7").ReadAsync();
        var list = await api.GetAsync("/api/v1/conversations?uid=U_7").ReadAsync();

        Assert.Equal((0, 1, 1), (report.GetProperty("repaired").GetInt32(), report.GetProperty("removed").GetInt32(), report.GetProperty("imported").GetInt32()));
        Assert.Equal(["right", "bare"], page.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()));
        Assert.Single(list.GetProperty("conversations").EnumerateArray());
    }

    private static async Task ImportWrongAsync(WebApiHarness api, System.Data.Common.DbConnection connection, bool takenOver)
    {
        connection.Execute($"DROP VIEW hp_chat_log; CREATE TABLE hp_chat_log ({Columns.Replace("{0}", "VARCHAR(5)", StringComparison.Ordinal)});" + WrongRows);
        var report = (await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = takenOver ? "1" : "0" }).ReadAsync()).GetProperty("tables")[0];
        Assert.Equal((5, takenOver), (report.GetProperty("imported").GetInt32(), report.GetProperty("taken_over").GetBoolean()));
    }

    // The conversation goes on behind the old messages, without a hole and without one too many.
    private static async Task AssertLogAsync(WebApiHarness api, System.Data.Common.DbConnection connection)
    {
        await SendAsync(api, "V_2", "U_7", "goes on");
        var page = (await api.GetAsync("/api/v1/messages?uid=U_7&with=V_2").ReadAsync()).GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal(["U_7", "V_2", "U_7", "U_7", "U_7", "V_2"], page.Select(message => message.GetProperty("sender").GetString()));
        Assert.Equal([1, 2, 3, 4, 5, 6], page.Select(message => message.GetProperty("seq").GetInt32()));
        Assert.Equal(["native", "goes on"], page.TakeLast(2).Select(message => message.GetProperty("content").GetString()));
        // The buyer of the second conversation has never been answered: one message, unread by the merchant.
        Assert.Equal(1, (await api.GetAsync("/api/v1/unread?uid=V_2").ReadAsync()).GetProperty("unread").GetInt64());
        Assert.Equal(1, (await api.GetAsync("/api/v1/unread?uid=U_7").ReadAsync()).GetProperty("unread").GetInt64());
        Assert.Empty(connection.Query<long>("SELECT c.id FROM conversations c LEFT JOIN messages m ON m.conversation_id = c.id GROUP BY c.id, c.last_seq HAVING COUNT(m.seq) <> c.last_seq"));
    }

    private static List<(long, long, string, int, int, int, int)> Old(System.Data.Common.DbConnection connection) =>
        connection.Query<(long, long, string, int, int, int, int)>(
            "SELECT id, user_id, send_message, send_message_type, sender, read_status, acc_isonline FROM hp_chat_log WHERE send_message NOT IN ('native', 'goes on') ORDER BY id").AsList();

    private static async Task SendAsync(WebApiHarness api, string from, string to, string text)
    {
        using var answer = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = from, to, content = text, client_id = new string('0', 20) });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private async Task<WebApiHarness> StartAsync(string kind) => await WebApiHarness.StartShopAsync(store: kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : null);
}
