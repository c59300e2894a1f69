using System.Data.Common;
using Dapper;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>The repair of one conversation, in the transaction of the writer that it is given.</summary>
internal sealed class ConversationRepair(
    DbConnection connection, DbTransaction transaction, ISqlDialect dialect, string prefix, long conversation, IReadOnlyDictionary<string, BulkRow> right)
{
    // Seconds.
    private const int Patience = 600;

    /// <summary>Puts the conversation's messages right; how many were changed and removed.</summary>
    public (long Repaired, long Removed) Run(LogClock clock)
    {
        // Held until the end: nobody sends or reads in it meanwhile.
        var before = connection.QuerySingle<ConversationRow>(
            $"SELECT {ConversationRow.Columns} FROM conversations WHERE id = @conversation{dialect.LockSuffix}", new { conversation }, transaction, Patience);
        var stored = connection.Query<StoredRow>(
            $"""
            SELECT {StoredRow.Columns} FROM messages m JOIN conversations c ON c.id = m.conversation_id
            WHERE m.conversation_id = @conversation AND m.idem_key LIKE @pattern ORDER BY m.seq
            """,
            new { conversation, pattern = prefix + "%" },
            transaction,
            commandTimeout: Patience).Where(message => right.ContainsKey(message.Key)).ToList();
        var (kept, removed) = (new List<StoredRow>(), new List<StoredRow>());
        var seen = new HashSet<string>();
        foreach (var message in stored)
        {
            // Of two the first, which stands where it belongs.
            (message.IsAtHome(right[message.Key]) && seen.Add(message.Key) ? kept : removed).Add(message);
        }

        foreach (var part in removed.Chunk(500))
        {
            Execute($"DELETE FROM messages WHERE id IN ({string.Join(',', part.Select(message => message.Id))})", null);
        }

        var wrong = kept.FindAll(message => !message.Is(right[message.Key]));
        wrong.ForEach(message => Correct(message, right[message.Key], clock));
        // A row that made way for its double shows its own id again.
        kept.Where(message => message.LegacyId is { } shown && shown != right[message.Key].Id).ToList().ForEach(ShowOwnId);
        var after = MoveUp(before, removed.ConvertAll(message => message.Seq));
        if (wrong.Count + removed.Count > 0)
        {
            SetCursors(before, after, stored[^1].Seq);
            UnreadCounts.CountAgain(connection, transaction, [conversation]);
        }

        return (wrong.Count, removed.Count);
    }

    private void Correct(StoredRow message, BulkRow row, LogClock clock)
    {
        Execute(
            "UPDATE messages SET from_a = @fromA, sender = @Sender, receiver_online = @online, sent_at_ms = @SentAtMs, local_time = @local WHERE id = @id",
            new { id = message.Id, fromA = row.FromA ? 1 : 0, row.Sender, online = row.ReceiverOnline ? 1 : 0, row.SentAtMs, local = clock.StampOf(row.Conversation, row.SentAtMs) });
        if (message.HasText)
        {
            Execute(
                "UPDATE messages SET type = @Type, content = @Content, parts = @Parts, html = @StoredHtml WHERE id = @id",
                new { id = message.Id, row.Type, row.Content, row.Parts, row.StoredHtml });
        }
    }

    private void ShowOwnId(StoredRow message)
    {
        var id = right[message.Key].Id;
        Execute("UPDATE messages SET legacy_id = @legacy WHERE id = @id", new { id = message.Id, legacy = id == message.Id ? (long?)null : id });
    }

    // In two steps, since no two messages may have one sequence even for a moment.
    private ConversationRow MoveUp(ConversationRow before, List<long> removed)
    {
        removed.Sort();
        for (var i = 0; i < removed.Count; i++)
        {
            var (from, to) = (removed[i] + 1, i + 1 < removed.Count ? removed[i + 1] - 1 : before.LastSeq);
            if (from <= to)
            {
                Execute("UPDATE messages SET seq = -(seq - @by) WHERE conversation_id = @conversation AND seq BETWEEN @from AND @to", new { conversation, by = i + 1, from, to });
            }
        }

        if (removed.Count > 0)
        {
            Execute("UPDATE messages SET seq = -seq WHERE conversation_id = @conversation AND seq < 0", new { conversation });
        }

        return new ConversationRow
        {
            LastSeq = Moved(before.LastSeq),
            KeptFrom = before.KeptFrom - removed.Count(seq => seq < before.KeptFrom),
            ReadByA = Moved(before.ReadByA),
            ReadByB = Moved(before.ReadByB),
        };

        long Moved(long seq) => seq - removed.Count(gone => gone <= seq);
    }

    // Who has read on behind the imported messages has read them too; otherwise it is as a right import would have left it.
    private void SetCursors(ConversationRow before, ConversationRow after, long lastImported)
    {
        var (a, b) = (Math.Min(after.ReadByA, after.KeptFrom - 1), Math.Min(after.ReadByB, after.KeptFrom - 1));
        foreach (var (seq, fromA, key) in connection.Query<(long Seq, bool FromA, string? Key)>(
            "SELECT seq, from_a, idem_key FROM messages WHERE conversation_id = @conversation AND seq >= @KeptFrom ORDER BY seq", new { conversation, after.KeptFrom }, transaction, commandTimeout: Patience))
        {
            var row = key is null ? null : right.GetValueOrDefault(key);
            // A sender of today has read what stands before; of an old row's sender that is known of his own messages alone.
            a = fromA && (row is null || a == seq - 1) ? seq : row is { IsRead: true } && !fromA ? Math.Max(a, seq) : a;
            b = !fromA && (row is null || b == seq - 1) ? seq : row is { IsRead: true } && fromA ? Math.Max(b, seq) : b;
        }

        // By way of nothing, so that read marks of old rows that have moved are set anew, too.
        Execute("UPDATE conversations SET last_seq = @LastSeq, kept_from = @KeptFrom, a_read = 0, b_read = 0 WHERE id = @conversation", new { conversation, before.LastSeq, after.KeptFrom });
        Execute(
            "UPDATE conversations SET last_seq = @LastSeq, kept_from = @KeptFrom, a_read = @a, b_read = @b WHERE id = @conversation",
            new { conversation, after.LastSeq, after.KeptFrom, a = before.ReadByA > lastImported ? after.ReadByA : a, b = before.ReadByB > lastImported ? after.ReadByB : b });
    }

    private void Execute(string sql, object? parameters) => connection.Execute(sql, parameters, transaction, Patience);
}
