using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>The message log: appends by the one writer, reads on connections of their own.</summary>
internal sealed class ChatLog(ISqlDialect dialect, ChatLogWriter writer, LogClock clock)
{
    // Retention leaves the row of a message behind where its idempotency key must stay known; what it said is gone and is not shown.
    private const string Kept = "seq >= (SELECT kept_from FROM conversations WHERE id = @conversation)";

    public LogClock Clock { get; } = clock;

    /// <summary>
    /// Stores a message; the answer comes after the commit. <paramref name="committed"/> is called before it, on the writer's thread and in
    /// the order of the sequence numbers, so it must be short.
    /// </summary>
    public Task<AppendResult> AppendAsync(AppendRequest request, Action<AppendRequest, AppendResult>? committed = null)
    {
        var job = new AppendJob(request, committed);
        if (!writer.TryAdd(job))
        {
            job.Fail(new StoreUnavailableException("Too many writes are waiting."));
            job.Tell();
        }

        return job.Answer;
    }

    /// <summary>Advances a member's read cursor, never back and never past the last message; returns the conversation as it is then.</summary>
    public Task<ConversationRow?> MarkReadAsync(long conversation, bool memberA, long seq) => WriteAsync((connection, transaction) =>
    {
        var column = memberA ? "a_read" : "b_read";
        connection.Execute(
            $"UPDATE conversations SET {column} = CASE WHEN @seq > last_seq THEN last_seq ELSE @seq END WHERE id = @conversation AND {column} < @seq",
            new { conversation, seq },
            transaction);
        return connection.QuerySingleOrDefault<ConversationRow>(
            $"SELECT {ConversationRow.Columns} FROM conversations WHERE id = @conversation", new { conversation }, transaction);
    });

    /// <summary>Empties a message that its sender takes back; false when it was sent before <paramref name="notBeforeMs"/>, is not his or is gone already.</summary>
    public Task<bool> RecallAsync(long conversation, long seq, bool fromA, long notBeforeMs) => WriteAsync((connection, transaction) =>
        connection.Execute(
            """
            UPDATE messages SET content = '', parts = NULL, html = NULL, recalled_at_ms = @now
            WHERE conversation_id = @conversation AND seq = @seq AND from_a = @fromA AND sent_at_ms >= @notBeforeMs AND recalled_at_ms IS NULL
            """,
            new { conversation, seq, fromA = fromA ? 1 : 0, notBeforeMs, now = Clock.NowMs },
            transaction) == 1);

    /// <summary>Runs any other write in the writer's order; one that adds messages says that it moves sequences.</summary>
    public async Task<T> WriteAsync<T>(Func<System.Data.Common.DbConnection, System.Data.Common.DbTransaction, T> work, bool movesSequences = false)
    {
        var job = new StatementJob<T>(work, movesSequences);
        if (!writer.TryAdd(job))
        {
            throw new StoreUnavailableException("Too many writes are waiting.");
        }

        return await job.Answer;
    }

    /// <summary>The conversation of a key, or null when nothing was ever sent in it.</summary>
    public async Task<ConversationRow?> FindAsync(ConversationKey key)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.QuerySingleOrDefaultAsync<ConversationRow>(
            $"SELECT {ConversationRow.Columns} FROM conversations WHERE application = @Application AND member_a = @MemberA AND member_b = @MemberB", key);
    }

    /// <summary>The conversation of an id.</summary>
    public async Task<ConversationRow?> FindAsync(long conversation)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.QuerySingleOrDefaultAsync<ConversationRow>(
            $"SELECT {ConversationRow.Columns} FROM conversations WHERE id = @conversation", new { conversation });
    }

    /// <summary>Messages above a sequence, in order: at most so many, and no more than the bytes hold; one always, so that who turns pages gets on.</summary>
    public Task<MessagePage> ReadAfterAsync(long conversation, long after, int limit, long bytes) => ReadPageAsync(
        $"SELECT {MessageRow.Columns} FROM messages WHERE conversation_id = @conversation AND seq > @after AND {Kept} ORDER BY seq LIMIT @most",
        new { conversation, after, most = limit + 1L },
        limit,
        bytes);

    /// <summary>The newest messages below a sequence, in order: how a history page is turned. Bounded likewise.</summary>
    public async Task<MessagePage> ReadBeforeAsync(long conversation, long before, int limit, long bytes)
    {
        var page = await ReadPageAsync(
            $"SELECT {MessageRow.Columns} FROM messages WHERE conversation_id = @conversation AND seq < @before AND {Kept} ORDER BY seq DESC LIMIT @most",
            new { conversation, before, most = limit + 1L },
            limit,
            bytes);
        page.Messages.Reverse();
        return page;
    }

    /// <summary>One message.</summary>
    public async Task<MessageRow?> ReadAsync(long conversation, long seq)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.QuerySingleOrDefaultAsync<MessageRow>(
            $"SELECT {MessageRow.Columns} FROM messages WHERE conversation_id = @conversation AND seq = @seq AND {Kept}", new { conversation, seq });
    }

    /// <summary>Whether a message of this sender and idempotency key is stored.</summary>
    public async Task<bool> IsKeyKnownAsync(string sender, string key)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.ExecuteScalarAsync<long?>("SELECT 1 FROM messages WHERE sender = @sender AND idem_key = @key", new { sender, key }) is not null;
    }

    /// <summary>The last message of each of the conversations, by the conversation's id; those that would go beyond the bytes are left out.</summary>
    public async Task<Dictionary<long, MessageRow>> ReadLastAsync(IReadOnlyCollection<ConversationRow> conversations, long bytes)
    {
        var last = new Dictionary<long, MessageRow>();
        if (conversations.Count == 0)
        {
            return last;
        }

        await using var connection = await dialect.OpenAsync();
        var rows = connection.QueryUnbufferedAsync<MessageRow>(
            $"""
            SELECT {MessageRow.Columns} FROM (
                SELECT m.* FROM conversations AS c JOIN messages AS m ON m.conversation_id = c.id AND m.seq = c.last_seq AND m.seq >= c.kept_from WHERE c.id IN @ids) AS latest
            """,
            new { ids = conversations.Select(conversation => conversation.Id).ToArray() });
        await foreach (var row in rows)
        {
            if (row.Bytes <= bytes)
            {
                bytes -= row.Bytes;
                last.Add(row.ConversationId, row);
            }
        }

        return last;
    }

    /// <summary>The conversations of a member, the latest first.</summary>
    public async Task<List<ConversationRow>> ListAsync(string application, string uid, int limit, int offset)
    {
        await using var connection = await dialect.OpenAsync();
        var rows = await connection.QueryAsync<ConversationRow>(
            $"""
            SELECT * FROM (
                SELECT * FROM (
                    SELECT {ConversationRow.Columns} FROM conversations WHERE application = @application AND member_a = @uid
                    ORDER BY last_at_ms DESC, id DESC LIMIT @most) AS of_a
                UNION ALL
                SELECT * FROM (
                    SELECT {ConversationRow.Columns} FROM conversations WHERE application = @application AND member_b = @uid AND member_a <> @uid
                    ORDER BY last_at_ms DESC, id DESC LIMIT @most) AS of_b) AS mine
            ORDER BY LastAtMs DESC, Id DESC LIMIT @limit OFFSET @offset
            """,
            new { application, uid, limit, offset, most = (long)limit + offset });
        return rows.AsList();
    }

    /// <summary>What a member has not read, over all conversations.</summary>
    public async Task<long> UnreadAsync(string application, string uid)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.ExecuteScalarAsync<long>(
            """
            SELECT COALESCE((SELECT SUM(last_seq - a_read) FROM conversations WHERE application = @application AND member_a = @uid), 0)
                 + COALESCE((SELECT SUM(last_seq - b_read) FROM conversations WHERE application = @application AND member_b = @uid AND member_a <> @uid), 0)
            """,
            new { application, uid });
    }

    // Row by row: five hundred messages of a mebibyte each are never in memory at once.
    private async Task<MessagePage> ReadPageAsync(string query, object parameters, int limit, long bytes)
    {
        var messages = new List<MessageRow>();
        await using var connection = await dialect.OpenAsync();
        await foreach (var row in connection.QueryUnbufferedAsync<MessageRow>(query, parameters))
        {
            bytes -= row.Bytes;
            if (messages.Count == limit || (bytes < 0 && messages.Count > 0))
            {
                return new MessagePage(messages, true);
            }

            messages.Add(row);
        }

        return new MessagePage(messages, false);
    }
}
