using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>Forgets what old messages said. Sequence numbers stay, and so do idempotency keys: a late retry is still recognized.</summary>
internal sealed class Retention(ISqlDialect dialect, ChatLog log, ErasedText erased)
{
    /// <summary>Forgets everything sent before a time; returns the number of conversations that lost something.</summary>
    /// <param name="beforeMs">The time.</param>
    /// <param name="conversation">One conversation; null for all.</param>
    /// <param name="forgotten">Called after each conversation with its forgotten messages that may have shown pictures.</param>
    public async Task<int> ForgetAsync(long beforeMs, long? conversation, Func<IReadOnlyList<PictureRow>, Task> forgotten)
    {
        var touched = 0;
        foreach (var (id, keptFrom) in await FindAsync(beforeMs, conversation))
        {
            // One transaction for each conversation, so that sends are never held up for long.
            var pictures = await log.WriteAsync((connection, transaction) =>
            {
                var rows = connection.Query<PictureRow>(
                    $"SELECT {PictureRow.Columns} FROM messages m WHERE m.conversation_id = @id AND m.seq < @keptFrom AND {PictureRow.Shows}",
                    new { id, keptFrom }, transaction).AsList();
                connection.Execute(
                    "DELETE FROM messages WHERE conversation_id = @id AND seq < @keptFrom AND idem_key IS NULL", new { id, keptFrom }, transaction);
                connection.Execute(
                    "UPDATE messages SET content = '', parts = NULL, html = NULL WHERE conversation_id = @id AND seq < @keptFrom AND content <> ''",
                    new { id, keptFrom }, transaction);
                connection.Execute(
                    "UPDATE conversations SET kept_from = @keptFrom WHERE id = @id AND kept_from < @keptFrom", new { id, keptFrom }, transaction);
                UnreadCounts.CountAgain(connection, transaction, [id]);
                return rows;
            });
            await forgotten(pictures);
            erased.Note();
            touched++;
        }

        return touched;
    }

    private async Task<List<(long Id, long KeptFrom)>> FindAsync(long beforeMs, long? conversation)
    {
        await using var connection = await dialect.OpenAsync();
        var found = await connection.QueryAsync<(long, long)>(
            """
            SELECT c.id, COALESCE((SELECT MIN(m.seq) FROM messages m WHERE m.conversation_id = c.id AND m.sent_at_ms >= @beforeMs), c.last_seq + 1)
            FROM conversations c
            WHERE (@conversation IS NULL OR c.id = @conversation)
                AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.seq = c.kept_from AND m.sent_at_ms < @beforeMs)
            """,
            new { beforeMs, conversation });
        return found.AsList();
    }
}
