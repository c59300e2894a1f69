using System.Data.Common;
using Dapper;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>
/// Copies the old tables into the log, keeping their ids. It can be run again and again while the old application still writes; a take-over then
/// renames the table to <c>…_old</c>, copies what came last, and puts the view in its place.
/// </summary>
internal sealed class OldTableImport(ISqlDialect dialect, ChatLog log, OldRows rows)
{
    private const int Page = 500;

    /// <summary>Imports every old table that is there.</summary>
    public async Task<List<ImportReport>> RunAsync(bool takeOver)
    {
        var reports = new List<ImportReport>();
        foreach (var table in rows.Tables)
        {
            if (KindOf(table.Name) == "table")
            {
                reports.Add(await ImportAsync(table, takeOver));
            }
        }

        return reports;
    }

    private async Task<ImportReport> ImportAsync(OldTable table, bool takeOver)
    {
        var report = await CopyAsync(table, table.Name);
        var old = table.Name + "_old";
        if (!takeOver || KindOf(old) is not null)
        {
            return report with { Table = table.Name };
        }

        await log.WriteAsync((connection, transaction) => connection.Execute($"ALTER TABLE {table.Name} RENAME TO {old}", transaction: transaction));
        var last = await CopyAsync(table, old);
        await log.WriteAsync((connection, transaction) =>
            connection.Execute($"CREATE VIEW {table.Name} AS {(table.Name == "chat" ? dialect.ServiceView : dialect.ShopView)}", transaction: transaction));
        return new ImportReport(table.Name, report.Imported + last.Imported, report.Known, last.Skipped, TakenOver: true);
    }

    private async Task<ImportReport> CopyAsync(OldTable table, string name)
    {
        var (imported, known, skipped) = (0, 0, 0);
        for (var after = long.MinValue; ;)
        {
            var page = await ReadAsync(table, name, after);
            if (page.Count == 0)
            {
                return new ImportReport(name, imported, known, skipped, TakenOver: false);
            }

            after = page.Max(row => Convert.ToInt64(row["id"], System.Globalization.CultureInfo.InvariantCulture));
            var messages = page.Select(table.Read).ToList();
            var added = await log.WriteAsync((connection, transaction) => messages.OfType<OldMessage>().Count(message => Add(connection, transaction, message)), movesSequences: true);
            imported += added;
            skipped += messages.Count(message => message is null);
            known += messages.Count(message => message is not null) - added;
        }
    }

    private async Task<List<IDictionary<string, object?>>> ReadAsync(OldTable table, string name, long after)
    {
        await using var connection = await dialect.OpenAsync();
        var page = await connection.QueryAsync($"SELECT {table.Columns} FROM {name} WHERE id > @after ORDER BY id LIMIT {Page}", new { after });
        return page.Select(row => (IDictionary<string, object?>)row).ToList();
    }

    private bool Add(DbConnection connection, DbTransaction transaction, OldMessage message)
    {
        if (connection.ExecuteScalar<long?>("SELECT id FROM messages WHERE sender = @Sender AND idem_key = @Key", message, transaction) is not null)
        {
            return false;
        }

        var key = message.Conversation;
        var find = $"SELECT id, last_seq, last_at_ms FROM conversations WHERE application = @Application AND member_a = @MemberA AND member_b = @MemberB{dialect.LockSuffix}";
        var state = connection.QuerySingleOrDefault<(long Id, long Seq, long At)>(find, key, transaction);
        if (state.Id == 0)
        {
            connection.Execute(
                "INSERT INTO conversations (application, member_a, member_b, buyer_id) VALUES (@Application, @MemberA, @MemberB, @BuyerId)",
                new { key.Application, key.MemberA, key.MemberB, key.BuyerId },
                transaction);
            state = connection.QuerySingle<(long, long, long)>(find, key, transaction);
        }

        Insert(connection, transaction, message, state.Id, state.Seq + 1);
        var reader = message.IsRead ? state.Seq + 1 : 0;
        connection.Execute(
            """
            UPDATE conversations SET last_seq = last_seq + 1, last_at_ms = @at,
                a_read = CASE WHEN @a > a_read THEN @a ELSE a_read END, b_read = CASE WHEN @b > b_read THEN @b ELSE b_read END
            WHERE id = @Id
            """,
            new { state.Id, at = Math.Max(state.At, message.SentAtMs), a = message.FromA ? 0 : reader, b = message.FromA ? reader : 0 },
            transaction);
        return true;
    }

    // The row keeps its id where that is free; where the other old table has it, the view shows the old id from a column of its own.
    private void Insert(DbConnection connection, DbTransaction transaction, OldMessage message, long conversation, long seq)
    {
        var isFree = message.Id > 0 && connection.ExecuteScalar<long?>("SELECT id FROM messages WHERE id = @Id", message, transaction) is null;
        connection.Execute(
            """
            INSERT INTO messages (id, legacy_id, conversation_id, seq, from_a, sender, type, content, parts, html, receiver_online, sent_at_ms, local_time, idem_key)
            VALUES (@id, @legacy, @conversation, @seq, @fromA, @Sender, @Type, @Content, @Parts, @Html, @online, @SentAtMs, @local, @Key)
            """,
            new
            {
                id = isFree ? message.Id : (long?)null,
                legacy = isFree ? null : (long?)message.Id,
                conversation,
                seq,
                fromA = message.FromA ? 1 : 0,
                message.Sender,
                message.Type,
                message.Content,
                message.Parts,
                message.Html,
                online = message.ReceiverOnline ? 1 : 0,
                message.SentAtMs,
                local = message.Conversation.Application == ConversationKey.Service ? log.Clock.Stamp(message.SentAtMs) : null,
                message.Key,
            },
            transaction);
    }

    private string? KindOf(string name)
    {
        using var connection = dialect.Open();
        return dialect.KindOf(connection, name);
    }
}
