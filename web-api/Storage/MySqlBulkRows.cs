using System.Data.Common;
using System.Globalization;
using MySqlConnector;

namespace Portico.WebApi.Storage;

/// <summary>Rows of another system into MySQL and MariaDB: each statement is a round trip, so they have as many rows as fit.</summary>
internal sealed class MySqlBulkRows(LogClock clock) : IBulkRows
{
    private const int RowsOfStatement = 250;

    // Seconds: a database that has much else to do makes an import slow, it does not end it.
    private const int Patience = 600;

    // Below the 1 MiB that the oldest servers take in one packet; escaping may double it. A longer row goes alone.
    private const int TextOfStatement = 200_000;

    public void AddConversations(DbConnection connection, IReadOnlyCollection<ConversationKey> keys)
    {
        foreach (var part in keys.Order(ConversationKeyOrder.Instance).Chunk(RowsOfStatement))
        {
            using var insert = Command(connection);
            var rows = part.Select(key => MySqlText.Row(insert, key.Application, key.MemberA, key.MemberB, key.BuyerId));
            insert.CommandText = $"INSERT IGNORE INTO conversations (application, member_a, member_b, buyer_id) VALUES {string.Join(',', rows)}";
            insert.ExecuteNonQuery();
        }
    }

    public Dictionary<ConversationKey, BulkConversation> Hold(DbConnection connection, IReadOnlyCollection<ConversationKey> keys)
    {
        // By ids and in their order, as the writers of other processes do.
        var ids = keys.Chunk(RowsOfStatement).SelectMany(part => IdsOf(connection, part)).Order().ToList();
        var found = new Dictionary<ConversationKey, BulkConversation>(ids.Count);
        foreach (var part in ids.Chunk(RowsOfStatement))
        {
            using var command = Command(connection);
            command.CommandText =
                "SELECT id, last_seq, last_at_ms, a_read, b_read, application, member_a, member_b FROM conversations WHERE id IN "
                    + $"({string.Join(',', part)}) ORDER BY id FOR UPDATE";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                found[new ConversationKey(reader.GetString(5), reader.GetString(6), reader.GetString(7))] =
                    new BulkConversation(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
            }
        }

        return found;
    }

    public Dictionary<string, KnownRow> FindKnown(DbConnection connection, IReadOnlyList<BulkRow> rows)
    {
        var found = new Dictionary<string, KnownRow>();
        foreach (var part in rows.Chunk(RowsOfStatement))
        {
            using var command = Command(connection);
            var bySender = part.SelectMany(row => new[] { (Sender: row.Sender, row.Key), (Sender: row.OtherSender, row.Key) }).GroupBy(pair => pair.Sender);
            var any = bySender.Select(
                pairs =>
                    $"(m.sender = {MySqlText.Value(command, pairs.Key)} AND m.idem_key IN "
                        + $"({string.Join(',', pairs.Select(pair => MySqlText.Value(command, pair.Key)))}))");
            var senders = part.ToDictionary(row => row.Key, row => row.Sender);
            command.CommandText =
                "SELECT m.idem_key, m.seq, c.a_read, c.b_read, m.sender FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE "
                    + $"{string.Join(" OR ", any)}";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var key = reader.GetString(0);
                found[key] = new KnownRow(
                    reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), found.GetValueOrDefault(key).IsOfOther || senders[key] != reader.GetString(4));
            }
        }

        return found;
    }

    public HashSet<long> FindTaken(DbConnection connection, IReadOnlyList<long> ids)
    {
        var found = new HashSet<long>();
        foreach (var part in ids.Chunk(4 * RowsOfStatement))
        {
            using var command = Command(connection);
            command.CommandText = $"SELECT id FROM messages WHERE id IN ({string.Join(',', part)})";
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                found.Add(reader.GetInt64(0));
            }
        }

        return found;
    }

    // Rows with an id of their own and rows that get one are not mixed in one statement: the server could number one of the latter as one of the former.
    public void Insert(DbConnection connection, IReadOnlyList<BulkInsert> rows)
    {
        for (var from = 0; from < rows.Count;)
        {
            var (to, text) = (from, 0);
            while (to < rows.Count && to - from < RowsOfStatement && rows[to].KeepsId == rows[from].KeepsId && (to == from || text < TextOfStatement))
            {
                text += rows[to].Row.Content.Length + (rows[to].Row.Parts?.Length ?? 0) + (rows[to].Row.StoredHtml?.Length ?? 0);
                to++;
            }

            Insert(connection, rows, from, to);
            from = to;
        }
    }

    public void Update(DbConnection connection, IReadOnlyCollection<BulkConversation> conversations)
    {
        foreach (var part in conversations.OrderBy(conversation => conversation.Id).Chunk(RowsOfStatement))
        {
            using var command = Command(connection);
            command.CommandText = $"""
                UPDATE conversations SET last_seq = {Cases(part, entry => entry.LastSeq)}, last_at_ms = {Cases(part, entry => entry.LastAtMs)},
                    a_read = {Cases(part, entry => entry.ReadByA)}, b_read = {Cases(part, entry => entry.ReadByB)}
                WHERE id IN ({string.Join(',', part.Select(entry => entry.Id))})
                """;
            command.ExecuteNonQuery();
            UnreadCounts.CountAgain(connection, null, [.. part.Select(entry => entry.Id)]);
        }
    }

    private static string Cases(BulkConversation[] part, Func<BulkConversation, long> value) =>
        string.Create(CultureInfo.InvariantCulture, $"CASE id {string.Join(' ', part.Select(entry => $"WHEN {entry.Id} THEN {value(entry)}"))} END");

    private static List<long> IdsOf(DbConnection connection, ConversationKey[] keys)
    {
        using var command = Command(connection);
        var any = keys.Select(key =>
            $"(application = {MySqlText.Value(command, key.Application)} AND member_a = {MySqlText.Value(command, key.MemberA)} AND member_b = "
                + $"{MySqlText.Value(command, key.MemberB)})");
        command.CommandText = $"SELECT id FROM conversations WHERE {string.Join(" OR ", any)}";
        var ids = new List<long>(keys.Length);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            ids.Add(reader.GetInt64(0));
        }

        return ids;
    }

    private void Insert(DbConnection connection, IReadOnlyList<BulkInsert> rows, int from, int to)
    {
        using var command = Command(connection);
        var values = new List<string>(to - from);
        for (var i = from; i < to; i++)
        {
            var (row, conversation, seq, keepsId) = rows[i];
            values.Add(MySqlText.Row(
                command, keepsId ? row.Id : null, keepsId ? null : row.Id, conversation, seq, row.FromA ? 1 : 0, row.Sender, row.Type, row.Content,
                row.Parts, row.StoredHtml,
                row.ReceiverOnline ? 1 : 0, row.SentAtMs, clock.StampOf(row.Conversation, row.SentAtMs), row.Key));
        }

        command.CommandText =
            "INSERT INTO messages (id, legacy_id, conversation_id, seq, from_a, sender, type, content, parts, html, receiver_online, sent_at_ms, "
            + "local_time, idem_key) VALUES "
            + string.Join(',', values);
        command.ExecuteNonQuery();
    }

    private static MySqlCommand Command(DbConnection connection) => new() { Connection = (MySqlConnection)connection, CommandTimeout = Patience };
}
