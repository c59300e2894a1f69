using System.Globalization;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Portico.WebApi.Storage;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Import;

/// <summary>
/// Old tables as years of PHP leave them behind: another engine and character set, NULLs, zero dates, ids with gaps, rows that say nonsense.
/// <c>PORTICO_IMPORT_ROWS</c> sets their number (3,000).
/// </summary>
public sealed class RealisticImportTests(MariaDbFixture server)
{
    private static readonly int Rows = int.TryParse(Environment.GetEnvironmentVariable("PORTICO_IMPORT_ROWS"), out var rows) ? rows : 3000;

    private static readonly string OldTables = $"""
        SET SESSION sql_mode = '';
        DROP VIEW hp_chat_log; DROP VIEW chat;
        CREATE TABLE hp_chat_log (id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id INT NULL, merchant_id VARCHAR(20) NULL, send_message TEXT NULL,
            send_message_type TINYINT NULL, sender TINYINT NULL, send_time INT NULL, read_status TINYINT NULL, acc_isonline TINYINT NULL, extra VARCHAR(10) DEFAULT 'x') ENGINE=MyISAM DEFAULT CHARSET=gbk;
        INSERT INTO hp_chat_log (id, user_id, merchant_id, send_message, send_message_type, sender, send_time, read_status, acc_isonline)
            SELECT seq * 3, seq % 700 + 1, CONCAT(IF(seq % 2, 'V_', 'E_'), seq % 13 + 1), CONCAT('你好 &lt;', seq, '&gt;'), 1, seq % 2 + 1, 1500000000 + seq, seq % 5 > 0, seq % 2 FROM seq_1_to_{Rows};
        UPDATE hp_chat_log SET send_message = NULL WHERE id = 6;
        UPDATE hp_chat_log SET send_time = NULL, read_status = NULL, acc_isonline = NULL, sender = NULL WHERE id = 9;
        UPDATE hp_chat_log SET user_id = NULL WHERE id = 12;
        UPDATE hp_chat_log SET merchant_id = NULL WHERE id = 15;
        UPDATE hp_chat_log SET user_id = -4 WHERE id = 18;
        UPDATE hp_chat_log SET send_message_type = 2, send_message = 'broken card' WHERE id = 21;
        UPDATE hp_chat_log SET send_message_type = 3, send_message = '[1,2' WHERE id = 24;
        CREATE TABLE chat (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, msg TEXT, openid VARCHAR(64), type INT, isread INT, creat_time DATETIME NULL) ENGINE=MyISAM DEFAULT CHARSET=utf8;
        INSERT INTO chat (id, msg, openid, type, isread, creat_time) VALUES
            (1, 'zero date', 'oA', 2, 0, '0000-00-00 00:00:00'), (2, 'no date', 'oA', 1, 1, NULL), (5, NULL, 'oA', 2, NULL, '2020-02-30 00:00:00'), (6, 'good', 'oA', 2, 0, '2020-09-13 12:26:40'), (7, 'nobody', NULL, 2, 0, '2020-09-13 12:26:40');
        """;

    [Fact]
    public async Task Import_OldMySqlTables_EverythingThatMakesSenseIsThereAndOldSqlReadsIt()
    {
        await using var api = await WebApiHarness.StartAsync(store: "mysql:" + await server.CreateDatabaseAsync());
        using var connection = api.Services.GetRequiredService<ISqlDialect>().Open();
        connection.Execute(OldTables, commandTimeout: 600);
        var before = connection.Query<(long Id, string Merchant)>("SELECT id, merchant_id FROM hp_chat_log WHERE user_id = 5 ORDER BY send_time, id").ToList();

        var first = (await api.FormAsync("/api/v1/admin/import", []).ReadAsync()).GetProperty("tables");
        var again = (await api.FormAsync("/api/v1/admin/import", new() { ["take_over"] = "1" }).ReadAsync()).GetProperty("tables");

        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $$"""{"table":"hp_chat_log","imported":{{Rows - 3}},"known":0,"skipped":3,"taken_over":false}"""), Counts(first[0]));
        Assert.Equal(string.Create(CultureInfo.InvariantCulture, $$"""{"table":"hp_chat_log","imported":0,"known":{{Rows - 3}},"skipped":3,"taken_over":true}"""), Counts(again[0]));
        Assert.Equal("""{"table":"chat","imported":4,"known":0,"skipped":1,"taken_over":false}""", Counts(first[1]));
        var after = connection.Query<(long Id, string Merchant)>("SELECT id, merchant_id FROM hp_chat_log WHERE user_id = 5 ORDER BY send_time, id").ToList();
        Assert.Equal(before.Where(row => row.Id is not (12 or 15 or 18)), after);
        Assert.Equal("你好 &lt;1&gt;", connection.ExecuteScalar<string>("SELECT send_message FROM hp_chat_log WHERE id = 3"));
        Assert.Equal("", connection.ExecuteScalar<string>("SELECT send_message FROM hp_chat_log WHERE id = 6"));
        Assert.Equal(0, connection.ExecuteScalar<long>("SELECT send_time FROM hp_chat_log WHERE id = 9"));
        Assert.Equal("broken card", connection.ExecuteScalar<string>("SELECT send_message FROM hp_chat_log WHERE id = 21"));
        Assert.Equal(["zero date", "no date", "", "good"], connection.Query<string>("SELECT msg FROM chat WHERE openid = 'oA' ORDER BY id"));
        Assert.Equal("2020-09-13 12:26:40", connection.ExecuteScalar<string>("SELECT creat_time FROM chat WHERE id = 6"));
        Assert.Equal(
            connection.ExecuteScalar<long>("SELECT COUNT(*) FROM messages"),
            connection.ExecuteScalar<long>("SELECT SUM(last_seq) FROM conversations"));
    }

    // Without the remarks.
    private static string Counts(System.Text.Json.JsonElement report) => report.GetRawText().Split(",\"skipped_rows\"")[0].Split(",\"corrected_rows\"")[0].TrimEnd('}') + "}";
}
