using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Portico.WebApi.Storage;

/// <summary>Rows of another system into SQLite: a statement is a call into a library, so each row has its own, prepared once for a page.</summary>
internal sealed class SqliteBulkRows(LogClock clock) : IBulkRows
{
    public void AddConversations(DbConnection connection, IReadOnlyCollection<ConversationKey> keys)
    {
        using var add = Prepare(connection, "INSERT OR IGNORE INTO conversations (application, member_a, member_b, buyer_id) VALUES (?, ?, ?, ?)");
        foreach (var key in keys)
        {
            Bind(add, key);
            add.Bind(key.BuyerId);
            add.Run();
        }
    }

    public Dictionary<ConversationKey, BulkConversation> Hold(DbConnection connection, IReadOnlyCollection<ConversationKey> keys)
    {
        using var find = Prepare(
            connection, "SELECT id, last_seq, last_at_ms, a_read, b_read FROM conversations WHERE application = ? AND member_a = ? AND member_b = ?");
        var found = new Dictionary<ConversationKey, BulkConversation>(keys.Count);
        foreach (var key in keys)
        {
            Bind(find, key);
            if (find.Read())
            {
                found.Add(key, new BulkConversation(find.Number(0), find.Number(1), find.Number(2), find.Number(3), find.Number(4)));
                find.Reset();
            }
        }

        return found;
    }

    public Dictionary<string, KnownRow> FindKnown(DbConnection connection, IReadOnlyList<BulkRow> rows)
    {
        using var find = Prepare(
            connection,
            "SELECT m.seq, c.a_read, c.b_read FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE m.sender = ? AND m.idem_key = ?");
        var found = new Dictionary<string, KnownRow>();
        foreach (var row in rows)
        {
            foreach (var sender in new[] { row.Sender, row.OtherSender })
            {
                find.Bind(sender);
                find.Bind(row.Key);
                if (find.Read())
                {
                    found[row.Key] = new KnownRow(find.Number(0), find.Number(1), find.Number(2), sender != row.Sender);
                    find.Reset();
                }
            }
        }

        return found;
    }

    public HashSet<long> FindTaken(DbConnection connection, IReadOnlyList<long> ids)
    {
        using var find = Prepare(connection, "SELECT 1 FROM messages WHERE id = ?");
        var found = new HashSet<long>();
        foreach (var id in ids)
        {
            find.Bind(id);
            if (find.Read())
            {
                found.Add(id);
                find.Reset();
            }
        }

        return found;
    }

    public void Insert(DbConnection connection, IReadOnlyList<BulkInsert> rows)
    {
        using var insert = Prepare(
            connection,
            """
            INSERT INTO messages (id, legacy_id, conversation_id, seq, from_a, sender, type, content, parts, html, receiver_online, sent_at_ms,
                local_time, idem_key)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """);
        foreach (var (row, conversation, seq, keepsId) in rows)
        {
            insert.Bind(keepsId ? row.Id : (long?)null);
            insert.Bind(keepsId ? null : (long?)row.Id);
            insert.Bind(conversation);
            insert.Bind(seq);
            insert.Bind(row.FromA ? 1L : 0L);
            insert.Bind(row.Sender);
            insert.Bind(row.Type);
            insert.Bind(row.Content);
            insert.Bind(row.Parts);
            insert.Bind(row.StoredHtml);
            insert.Bind(row.ReceiverOnline ? 1L : 0L);
            insert.Bind(row.SentAtMs);
            insert.Bind(clock.StampOf(row.Conversation, row.SentAtMs));
            insert.Bind(row.Key);
            insert.Run();
        }
    }

    public void Update(DbConnection connection, IReadOnlyCollection<BulkConversation> conversations)
    {
        using var update = Prepare(connection, "UPDATE conversations SET last_seq = ?, last_at_ms = ?, a_read = ?, b_read = ? WHERE id = ?");
        foreach (var conversation in conversations)
        {
            update.Bind(conversation.LastSeq);
            update.Bind(conversation.LastAtMs);
            update.Bind(conversation.ReadByA);
            update.Bind(conversation.ReadByB);
            update.Bind(conversation.Id);
            update.Run();
        }

        foreach (var part in conversations.Select(conversation => conversation.Id).Chunk(500))
        {
            UnreadCounts.CountAgain(connection, null, part);
        }
    }

    private static SqliteStatement Prepare(DbConnection connection, string text) => new(((SqliteConnection)connection).Handle!, text);

    private static void Bind(SqliteStatement statement, ConversationKey key)
    {
        statement.Bind(key.Application);
        statement.Bind(key.MemberA);
        statement.Bind(key.MemberB);
    }
}
