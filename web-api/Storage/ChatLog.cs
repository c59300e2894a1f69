using System.Globalization;
using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>The message log: appends by the one writer, reads on connections of their own.</summary>
internal sealed class ChatLog(ISqlDialect dialect, ChatLogWriter writer, LogClock clock)
{
    // Retention leaves the row of a message behind where its idempotency key must stay known; what it said is gone and is not shown.
    private const string Kept = "m.seq >= (SELECT kept_from FROM conversations WHERE id = @conversation)";

    private const string Listed =
        $"""
        SELECT * FROM (
            SELECT * FROM (
                SELECT {ConversationRow.Columns} FROM conversations WHERE application = @application AND member_a = @uid AND last_seq > 0
                ORDER BY last_at_ms DESC, id DESC LIMIT @most) AS of_a
            UNION ALL
            SELECT * FROM (
                SELECT {ConversationRow.Columns} FROM conversations WHERE application = @application AND member_b = @uid AND member_a <> @uid AND last_seq > 0
                ORDER BY last_at_ms DESC, id DESC LIMIT @most) AS of_b) AS mine
        """;

    // SQLite takes expressions up to 1,000 levels deep, and each OR is one.
    private const int RangesOfStatement = 600;

    // What a message is counted as at least where an answer is bounded by bytes: its fields take some 250 in JSON.
    private const long LeastOfMessage = 256;

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
        var row = Find();
        if (row is { SkipA: > 0 } or { SkipB: > 0 })
        {
            UnreadCounts.CountAgain(connection, transaction, [conversation]);
            row = Find();
        }

        return row;

        ConversationRow? Find() => connection.QuerySingleOrDefault<ConversationRow>(
            $"SELECT {ConversationRow.Columns} FROM conversations WHERE id = @conversation", new { conversation }, transaction);
    });

    /// <summary>
    /// Empties a message that its sender takes back; false when it was sent before <paramref name="notBeforeMs"/>, is not his or is gone already.
    /// </summary>
    public Task<bool> RecallAsync(long conversation, long seq, bool fromA, long notBeforeMs) => WriteAsync((connection, transaction) =>
    {
        var isRecalled = connection.Execute(
            """
            UPDATE messages SET content = '', parts = NULL, html = NULL, recalled_at_ms = @now
            WHERE conversation_id = @conversation AND seq = @seq AND from_a = @fromA AND sent_at_ms >= @notBeforeMs AND recalled_at_ms IS NULL
            """,
            new { conversation, seq, fromA = fromA ? 1 : 0, notBeforeMs, now = Clock.NowMs },
            transaction) == 1;
        if (isRecalled)
        {
            // To the other side it was unread; to its sender it never was.
            var (read, skip) = fromA ? ("b_read", "b_skip") : ("a_read", "a_skip");
            connection.Execute(
                $"UPDATE conversations SET {skip} = {skip} + 1 WHERE id = @conversation AND {read} < @seq AND kept_from <= @seq",
                new { conversation, seq },
                transaction);
        }

        return isRecalled;
    });

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
    public Task<MessagePage> ReadAfterAsync(long conversation, long after, int limit, long bytes) =>
        ReadPageAsync(
            $"WHERE m.conversation_id = @conversation AND m.seq > @after AND {Kept} ORDER BY m.seq LIMIT @most", conversation, ("after", after), limit, bytes);

    /// <summary>The newest messages below a sequence, in order: how a history page is turned. Bounded likewise.</summary>
    public async Task<MessagePage> ReadBeforeAsync(long conversation, long before, int limit, long bytes)
    {
        var page = await ReadPageAsync(
            $"WHERE m.conversation_id = @conversation AND m.seq < @before AND {Kept} ORDER BY m.seq DESC LIMIT @most", conversation,
            ("before", before), limit, bytes);
        page.Messages.Reverse();
        return page;
    }

    /// <summary>
    /// Messages of all conversations that were sent at or after a time, in the order in which they were stored; looked for among the newest rows only.
    /// </summary>
    /// <param name="sinceMs">Unix milliseconds.</param>
    /// <param name="most">Rows that are looked at, and the most that are read.</param>
    /// <param name="bytes">What they may say, together.</param>
    public async Task<List<MessageRow>> ReadSinceAsync(long sinceMs, int most, long bytes)
    {
        await using var connection = await dialect.OpenAsync();
        var newest = await connection.ExecuteScalarAsync<long?>("SELECT MAX(id) FROM messages") ?? 0;
        return await MessageReader.ReadAsync(
            connection, $"WHERE m.id > @from AND m.sent_at_ms >= @since ORDER BY m.id LIMIT @most",
            [("from", newest - most), ("since", sinceMs), ("most", most)], most, new PageBudget(most, bytes));
    }

    /// <summary>One message.</summary>
    public async Task<MessageRow?> ReadAsync(long conversation, long seq)
    {
        await using var connection = await dialect.OpenAsync();
        var rows = await MessageReader.ReadAsync(
            connection, $"WHERE m.conversation_id = @conversation AND m.seq = @seq AND {Kept}", [("conversation", conversation), ("seq", seq)], 1,
            new PageBudget(1, long.MaxValue));
        return rows.Count > 0 ? rows[0] : null;
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
        var ranges = conversations.Where(row => row.LastSeq >= row.KeptFrom).Select(row => new SequenceRange(row.Id, row.LastSeq, row.LastSeq)).ToList();
        var rows = await ReadRangesAsync(ranges, new PageBudget(1, bytes, firstAlways: false));
        return rows.ToDictionary(row => row.ConversationId);
    }

    /// <summary>
    /// What each of the conversations holds above a sequence, in one statement for all: at most <paramref name="limit"/> messages of each, and no more
    /// than the bytes hold for all together. A conversation without news costs nothing.
    /// </summary>
    public async Task<Dictionary<long, MessagePage>> ReadMissingAsync(IEnumerable<(ConversationRow Conversation, long After)> known, int limit, long bytes)
    {
        var pages = new Dictionary<long, MessagePage>();
        var ranges = new List<SequenceRange>();
        var room = Math.Max(limit, bytes / LeastOfMessage);
        foreach (var (conversation, after) in known.OrderBy(pair => pair.Conversation.Id))
        {
            // Sequences have no holes, so a range is as long as the number of its messages.
            var from = after >= conversation.LastSeq ? conversation.LastSeq + 1 : Math.Max(after + 1, conversation.KeptFrom);
            var to = Math.Min(conversation.LastSeq, from + Math.Min(limit, room) - 1);
            pages[conversation.Id] = new MessagePage([], to < conversation.LastSeq && from <= conversation.LastSeq);
            if (to >= from)
            {
                ranges.Add(new SequenceRange(conversation.Id, from, to));
                room -= to - from + 1;
            }
        }

        var found = ranges.Count > 0 ? await ReadRangesAsync(ranges, new PageBudget(limit, bytes)) : [];
        foreach (var message in found)
        {
            pages[message.ConversationId].Messages.Add(message);
        }

        foreach (var (conversation, _, to) in ranges)
        {
            var page = pages[conversation];
            if (page.Messages.Count == 0 || page.Messages[^1].Seq < to)
            {
                pages[conversation] = page with { More = true };
            }
        }

        return pages;
    }

    /// <summary>The conversations of a member, the latest first.</summary>
    public async Task<List<ConversationRow>> ListAsync(string application, string uid, int limit, int offset)
    {
        await using var connection = await dialect.OpenAsync();
        var rows = await connection.QueryAsync<ConversationRow>(
            $"{Listed} ORDER BY LastAtMs DESC, Id DESC LIMIT @limit OFFSET @offset", new { application, uid, limit, offset, most = (long)limit + offset });
        return rows.AsList();
    }

    /// <summary>Conversations by their ids and, when <paramref name="limit"/> is not 0, the latest of a member, in one statement; the latest first.</summary>
    public async Task<List<ConversationRow>> FindAllAsync(IReadOnlyCollection<long> ids, string application, string uid, int limit)
    {
        var named = ids.Count == 0
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"SELECT {ConversationRow.Columns} FROM conversations WHERE id IN ({string.Join(',', ids)})");
        var listed = limit == 0 ? "" : $"SELECT * FROM ({Listed} ORDER BY LastAtMs DESC, Id DESC LIMIT @limit) AS listed";
        if (named.Length + listed.Length == 0)
        {
            return [];
        }

        await using var connection = await dialect.OpenAsync();
        var rows = await connection.QueryAsync<ConversationRow>(
            named.Length > 0 && listed.Length > 0 ? $"{listed} UNION {named}" : listed + named, new { application, uid, limit, most = (long)limit });
        return [.. rows.OrderByDescending(row => row.LastAtMs).ThenByDescending(row => row.Id)];
    }

    /// <summary>What a member has not read, over all conversations.</summary>
    public async Task<long> UnreadAsync(string application, string uid)
    {
        await using var connection = await dialect.OpenAsync();
        return await connection.ExecuteScalarAsync<long>(
            $"""
            SELECT COALESCE((SELECT SUM({UnreadCounts.OfA}) FROM conversations c WHERE application = @application AND member_a = @uid), 0)
                 + COALESCE((SELECT SUM({UnreadCounts.OfB}) FROM conversations c WHERE application = @application AND member_b = @uid AND member_a <> @uid), 0)
            """,
            new { application, uid });
    }

    private async Task<MessagePage> ReadPageAsync(string rest, long conversation, (string Name, long Value) bound, int limit, long bytes)
    {
        var budget = new PageBudget(limit, bytes);
        await using var connection = await dialect.OpenAsync();
        var messages = await MessageReader.ReadAsync(connection, rest, [("conversation", conversation), bound, ("most", limit + 1L)], limit + 1, budget);
        return new MessagePage(messages, budget.HasMore);
    }

    private async Task<List<MessageRow>> ReadRangesAsync(List<SequenceRange> ranges, PageBudget budget)
    {
        var messages = new List<MessageRow>();
        await using var connection = await dialect.OpenAsync();
        var rows = (int)Math.Min(ranges.Sum(range => range.To - range.From + 1), int.MaxValue);
        foreach (var part in ranges.Chunk(RangesOfStatement))
        {
            var any = part.Select(range => string.Create(
                CultureInfo.InvariantCulture, $"(m.conversation_id = {range.Conversation} AND m.seq BETWEEN {range.From} AND {range.To})"));
            messages.AddRange(
                await MessageReader.ReadAsync(connection, $"WHERE {string.Join(" OR ", any)} ORDER BY m.conversation_id, m.seq", [], rows, budget));
        }

        return messages;
    }

    private readonly record struct SequenceRange(long Conversation, long From, long To);
}
