using Microsoft.Data.Sqlite;

namespace Portico.WebApi.Storage;

/// <summary>The prepared statements of <see cref="SqliteAppender"/>.</summary>
internal sealed class SqliteStatements
{
    private readonly SqliteCommand _find;
    private readonly SqliteCommand _add;
    private readonly SqliteCommand _earlier;
    private readonly SqliteCommand _insert;
    private readonly SqliteCommand _advance;

    public SqliteStatements(SqliteConnection connection)
    {
        Connection = connection;
        _find = Create("SELECT id, last_seq, last_at_ms FROM conversations WHERE application = $0 AND member_a = $1 AND member_b = $2", 3);
        _add = Create("INSERT INTO conversations (application, member_a, member_b, buyer_id) VALUES ($0, $1, $2, $3) RETURNING id", 4);
        _earlier = Create("SELECT id, conversation_id, seq, sent_at_ms, fingerprint FROM messages WHERE sender = $0 AND idem_key = $1", 2);
        _insert = Create(
            """
            INSERT INTO messages (conversation_id, seq, from_a, sender, type, content, parts, html, receiver_online, sent_at_ms, local_time, idem_key, fingerprint)
            VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id
            """,
            13);
        _advance = Create(
            "UPDATE conversations SET last_seq = $1, last_at_ms = $2, a_read = max(a_read, $3), b_read = max(b_read, $4) WHERE id = $0", 5);
    }

    public SqliteConnection Connection { get; }

    public void Use(SqliteTransaction transaction) =>
        _find.Transaction = _add.Transaction = _earlier.Transaction = _insert.Transaction = _advance.Transaction = transaction;

    public ConversationState? FindConversation(ConversationKey key)
    {
        Set(_find, key.Application, key.MemberA, key.MemberB);
        using var reader = _find.ExecuteReader();
        return reader.Read() ? new ConversationState(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)) : null;
    }

    public ConversationState AddConversation(ConversationKey key)
    {
        Set(_add, key.Application, key.MemberA, key.MemberB, key.BuyerId);
        return new ConversationState((long)_add.ExecuteScalar()!, 0, 0);
    }

    public EarlierMessage? FindEarlier(AppendRequest request)
    {
        if (request.IdempotencyKey is null)
        {
            return null;
        }

        Set(_earlier, request.Sender, request.IdempotencyKey);
        using var reader = _earlier.ExecuteReader();
        return reader.Read()
            ? new EarlierMessage(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.IsDBNull(4) ? null : (byte[])reader[4])
            : null;
    }

    public long Insert(AppendRequest request, AppendResult at, string? localTime)
    {
        Set(
            _insert,
            at.ConversationId,
            at.Seq,
            request.FromA ? 1L : 0L,
            request.Sender,
            (long)request.Type,
            request.Content,
            request.Parts,
            request.Html,
            request.ReceiverOnline ? 1L : 0L,
            at.SentAtMs,
            localTime,
            request.IdempotencyKey,
            request.IdempotencyKey is null ? null : request.Fingerprint);
        return (long)_insert.ExecuteScalar()!;
    }

    public void Advance(ConversationState state)
    {
        Set(_advance, state.Id, state.LastSeq, state.LastAtMs, state.ReadByA, state.ReadByB);
        _advance.ExecuteNonQuery();
    }

    private SqliteCommand Create(string text, int parameters)
    {
        var command = Connection.CreateCommand();
        command.CommandText = text;
        for (var i = 0; i < parameters; i++)
        {
            command.Parameters.Add(new SqliteParameter($"${i}", null));
        }

        return command;
    }

    private static void Set(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
