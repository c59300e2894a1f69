using System.Text.Json;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Import;

/// <summary>The table as the original application's own statement makes it, and every type that such a column has been given somewhere.</summary>
public sealed class SeedImportTests(MariaDbFixture server)
{
    private const string SeedTable = """
        SET SESSION sql_mode = '';
        CREATE TABLE `hp_chat_log` (
            `id` int(11) unsigned NOT NULL AUTO_INCREMENT, `user_id` int(11) unsigned NOT NULL DEFAULT '0', `merchant_id` varchar(20) NOT NULL DEFAULT '',
            `send_message` text NOT NULL, `send_message_type` tinyint(1) NOT NULL DEFAULT '1', `sender` tinyint(1) NOT NULL DEFAULT '1', `send_time` int(11) unsigned NOT NULL DEFAULT '0',
            `read_status` tinyint(1) NOT NULL DEFAULT '0', `acc_isonline` tinyint(1) NOT NULL DEFAULT '0', PRIMARY KEY (`id`)) ENGINE=MyISAM AUTO_INCREMENT=157 DEFAULT CHARSET=utf8;
        """;

    private const string SeedRows = """
        INSERT INTO hp_chat_log VALUES
            (1, 7, 'V_2', 'have you tea?', 1, 1, 1600000000, 1, 1), (2, 7, 'V_2', 'yes', 1, 2, 1600000010, 1, 0), (3, 7, 'V_2', '["/upload/1.png","/upload/2.png"]', 3, 1, 1600000020, 1, 1),
            (4, 7, 'V_2', '{"id":5,"title":"Tea"}', 2, 1, 1600000030, 0, 1), (155, 8, 'E_4', 'a &lt;b&gt;', 1, 2, 1600000040, 0, 0), (156, 8, 'E_4', '你好', 1, 1, 1600000050, 0, 1);
        """;

    private const string Shown = "SELECT id, user_id, merchant_id, send_message, send_message_type, sender, send_time, read_status, acc_isonline FROM hp_chat_log ORDER BY id";

    [Fact]
    public async Task Import_TableOfTheSeed_OldSqlReadsWhatItReadBefore()
    {
        await using var api = await WebApiHarness.StartAsync(store: "mysql:" + await server.CreateDatabaseAsync());
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute("DROP VIEW hp_chat_log;" + SeedTable + SeedRows);
        var before = Rows(connection);

        var report = (await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync()).GetProperty("tables")[0];

        Assert.Equal("""{"table":"hp_chat_log","imported":6,"known":0,"skipped":0,"taken_over":true}""", report.GetRawText());
        Assert.Equal(before, Rows(connection));
        var page = await api.GetAsync("/api/v1/messages?uid=U_7&with=V_2").ReadAsync();
        Assert.Equal(
            [("U_7", 1, "\"have you tea?\""), ("V_2", 1, "\"yes\""), ("U_7", 3, """["/upload/1.png","/upload/2.png"]"""), ("U_7", 2, """{"id":5,"title":"Tea"}""")],
            page.GetProperty("messages").EnumerateArray().Select(message => (
                message.GetProperty("sender").GetString(), message.GetProperty("type").GetInt32(), message.GetProperty("content").GetRawText())));
        Assert.Equal(1, (await api.GetAsync("/api/v1/unread?uid=V_2").ReadAsync()).GetProperty("unread").GetInt64());
    }

    [Theory]
    [InlineData("TINYINT(1)")]
    [InlineData("TINYINT(1) UNSIGNED")]
    [InlineData("BOOLEAN")]
    [InlineData("BIT(2)")]
    [InlineData("BIT(64)")]
    [InlineData("SMALLINT(5) UNSIGNED ZEROFILL")]
    [InlineData("INT(11) UNSIGNED")]
    [InlineData("BIGINT UNSIGNED")]
    [InlineData("DECIMAL(10,2)")]
    [InlineData("DOUBLE")]
    [InlineData("INT", "DECIMAL(20,0)")]
    [InlineData("INT", "BIGINT UNSIGNED")]
    [InlineData("CHAR(36)")]
    [InlineData("VARCHAR(5) CHARACTER SET gbk")]
    [InlineData("VARBINARY(5)")]
    [InlineData("ENUM('0','1','2','3')")]
    [InlineData("TEXT")]
    public async Task Import_FlagsOfAnyType_AreReadAsTheNumbersTheyHold(string type, string id = "INT")
    {
        await using var api = await WebApiHarness.StartAsync(store: "mysql:" + await server.CreateDatabaseAsync());
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute($"""
            DROP VIEW hp_chat_log;
            SET SESSION sql_mode = '';
            CREATE TABLE hp_chat_log (id {id} PRIMARY KEY, user_id INT, merchant_id VARCHAR(20), send_message TEXT, send_message_type {type}, sender {type}, send_time INT,
                read_status {type}, acc_isonline {type});
            """);
        foreach (var (row, kind, sender, read, online) in new[] { (1, 1, 1, 1, 1), (2, 3, 2, 0, 0), (3, 2, 1, 0, 1) })
        {
            var value = (int number) => type.StartsWith("BIT", StringComparison.Ordinal) || !type.Contains("CHAR", StringComparison.Ordinal) && !type.Contains("BINARY", StringComparison.Ordinal)
                && !type.Contains("ENUM", StringComparison.Ordinal) && type != "TEXT" ? $"{number}" : $"'{number}'";
            var text = kind switch { 1 => "text", 2 => """{"id":5}""", _ => """["/a.png"]""" };
            connection.Execute($"INSERT INTO hp_chat_log VALUES ({row}, 7, 'V_2', @text, {value(kind)}, {value(sender)}, 1600000000, {value(read)}, {value(online)})", new { text });
        }

        await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();

        Assert.Equal(
            [(1, 1, 1, 1, 1), (2, 3, 2, 0, 0), (3, 2, 1, 0, 1)],
            connection.Query<(int, int, int, int, int)>("SELECT id, send_message_type, sender, read_status, acc_isonline FROM hp_chat_log ORDER BY id"));
    }

    [Theory]
    [InlineData("INTEGER", "1", "2")]
    [InlineData("TEXT", "'1'", "'2'")]
    [InlineData("TEXT", "' 1'", "'2.0'")]
    [InlineData("REAL", "1.0", "2.0")]
    [InlineData("BLOB", "x'31'", "x'32'")]
    public async Task Import_FlagsOfAnyTypeOnSqlite_AreReadAsTheNumbersTheyHold(string type, string one, string two)
    {
        await using var api = await WebApiHarness.StartAsync();
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute($"""
            DROP VIEW hp_chat_log;
            CREATE TABLE hp_chat_log (id INTEGER PRIMARY KEY, user_id {type}, merchant_id TEXT, send_message TEXT, send_message_type {type}, sender {type}, send_time INT, read_status {type}, acc_isonline {type});
            INSERT INTO hp_chat_log VALUES (1, {one}, 'V_2', 'a', {one}, {one}, 1600000000, {one}, {one}), (2, {one}, 'V_2', '[]', 3, {two}, 1600000000, 0, 0);
            """);

        await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync();

        Assert.Equal(
            [(1, 1, 1, 1, 1), (2, 3, 2, 0, 0)],
            connection.Query<(int, int, int, int, int)>("SELECT id, send_message_type, sender, read_status, acc_isonline FROM hp_chat_log ORDER BY id"));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("mysql")]
    public async Task Import_DirtyRows_AreReportedWithReasonsAndIds(string kind)
    {
        await using var api = await WebApiHarness.StartAsync(store: kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : null);
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute("""
            DROP VIEW hp_chat_log; DROP VIEW chat;
            CREATE TABLE hp_chat_log (id INTEGER PRIMARY KEY, user_id INTEGER, merchant_id VARCHAR(20), send_message TEXT, send_message_type INTEGER, sender INTEGER, send_time INTEGER, read_status INTEGER, acc_isonline INTEGER);
            INSERT INTO hp_chat_log VALUES (1, 7, '2', 'bare', 1, 1, 1600000000, 1, 1), (2, 7, 'V_2 ', 'blank', 1, 2, 1600000000, 1, 1), (3, 7, ' E_4', 'blank', 1, 1, 1600000000, 1, 1),
                (4, 0, 'V_2', 'no buyer', 1, 1, 1600000000, 1, 1), (5, -3, 'V_2', 'no buyer', 1, 1, 1600000000, 1, 1), (6, 7, '', 'no merchant', 1, 1, 1600000000, 1, 1), (7, 7, 'U_9', 'a buyer', 1, 1, 1600000000, 1, 1),
                (8, 7, 'V 2', 'no uid', 1, 1, 1600000000, 1, 1), (9, 7, '0', 'no number', 1, 1, 1600000000, 1, 1), (10, 7, 'V_2', 'whose?', 1, 0, 1600000000, 1, 1);
            CREATE TABLE chat (id INTEGER PRIMARY KEY, msg TEXT, openid VARCHAR(64), type INTEGER, isread INTEGER, creat_time VARCHAR(19));
            INSERT INTO chat VALUES (1, 'm', '', 2, 1, '2020-09-13 12:26:40'), (2, 'm', 'oX ', 2, 1, '2020-09-13 12:26:40');
            """);

        var tables = (await api.FormAsync("/api/v1/admin/import", []).ReadAsync()).GetProperty("tables");
        var ofV2 = await api.GetAsync("/api/v1/messages?uid=V_2&with=U_7").ReadAsync();
        var ofE4 = await api.GetAsync("/api/v1/messages?uid=E_4&with=U_7").ReadAsync();

        Assert.Equal((4, 6), (tables[0].GetProperty("imported").GetInt32(), tables[0].GetProperty("skipped").GetInt32()));
        Assert.Equal(
            ["user_id is not the number of a buyer: 2 (4 5)", "merchant_id is empty: 1 (6)", "merchant_id is a buyer's: 1 (7)", "merchant_id is not a uid: 1 (8)", "merchant_id is not the number of a merchant: 1 (9)"],
            Remarks(tables[0].GetProperty("skipped_rows")));
        Assert.Equal(
            ["merchant_id has no prefix: read as V_: 1 (1)", "merchant_id has blanks around it: read without: 2 (2 3)", "sender is neither 1 nor 2: read as the merchant's: 1 (10)"],
            Remarks(tables[0].GetProperty("corrected_rows")));
        Assert.Equal(["openid is empty: 1 (1)"], Remarks(tables[1].GetProperty("skipped_rows")));
        Assert.Equal(["bare", "blank", "whose?"], ofV2.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()));
        Assert.Single(ofE4.GetProperty("messages").EnumerateArray());
    }

    private static IEnumerable<string> Remarks(JsonElement remarks) => remarks.EnumerateArray().Select(remark =>
        $"{remark.GetProperty("reason").GetString()}: {remark.GetProperty("rows").GetInt64()} ({string.Join(' ', remark.GetProperty("ids").EnumerateArray().Select(id => id.GetString()))})");

    private static List<(long, long, string, string, int, int, long, int, int)> Rows(System.Data.Common.DbConnection connection)
    {
        using var reader = connection.ExecuteReader(Shown);
        var rows = new List<(long, long, string, string, int, int, long, int, int)>();
        while (reader.Read())
        {
            rows.Add((Number(0), Number(1), reader.GetString(2), reader.GetString(3), (int)Number(4), (int)Number(5), Number(6), (int)Number(7), (int)Number(8)));
        }

        return rows;

        long Number(int column) => Convert.ToInt64(reader.GetValue(column), System.Globalization.CultureInfo.InvariantCulture);
    }
}
