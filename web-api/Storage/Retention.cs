using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>Forgets what old messages said. Sequence numbers stay, and so do idempotency keys: a late retry is still recognized.</summary>
internal sealed class Retention(ISqlDialect dialect, ChatLog log)
{
    /// <summary>Forgets everything sent before a time; returns the number of conversations that lost something.</summary>
    public async Task<int> ForgetAsync(long beforeMs, long? conversation = null)
    {
        var touched = 0;
        foreach (var (id, keptFrom) in await FindAsync(beforeMs, conversation))
        {
            // One transaction for each conversation, so that sends are never held up for long.
            await log.WriteAsync((connection, transaction) =>
            {
                connection.Execute(
                    "DELETE FROM messages WHERE conversation_id = @id AND seq < @keptFrom AND idem_key IS NULL", new { id, keptFrom }, transaction);
                connection.Execute(
                    "UPDATE messages SET content = '', parts = NULL, html = NULL WHERE conversation_id = @id AND seq < @keptFrom AND content <> ''",
                    new { id, keptFrom }, transaction);
                return connection.Execute(
                    "UPDATE conversations SET kept_from = @keptFrom WHERE id = @id AND kept_from < @keptFrom", new { id, keptFrom }, transaction);
            });
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
