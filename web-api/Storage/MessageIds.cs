using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>Keeps the numbers of new messages away from those of an old table: in the view that takes its place each id stands once.</summary>
internal static class MessageIds
{
    /// <summary>
    /// A larger id is shown by the view alone: the next messages are numbered from the largest one on, and their numbers must stay exact in
    /// JavaScript.
    /// </summary>
    public const long LargestKept = 1L << 47;

    // What the old application may write beside us until its table is taken over; ids still fit the 32 bits that its own tables give them.
    private const long Room = 10_000_000;

    // Where the view shows a message that had an old row's id before that row came; below 2^53 and above every id that is kept.
    private const long Aside = 1L << 52;

    private const int StatementIds = 500;

    // Seconds, for a table that is locked, or a database that has much else to do.
    private const int Patience = 600;

    /// <summary>Numbers new messages from above the ids of an old table, in a transaction of its own.</summary>
    public static void KeepAbove(DbConnection connection, string table)
    {
        using var transaction = connection.BeginTransaction();
        var (last, largest) = (LargestOf(connection, transaction, table), LargestOf(connection, transaction, "messages"));
        if (last <= 0 || largest >= last + Room)
        {
            return;
        }

        // Both databases count on from the largest id that was ever there. Conversation 0 does not exist.
        connection.Execute(
            """
            INSERT INTO messages (id, conversation_id, seq, from_a, sender, type, content, receiver_online, sent_at_ms)
            VALUES (@id, 0, @id, 0, '', 1, '', 0, 0);
            DELETE FROM messages WHERE id = @id
            """,
            new { id = last + Room },
            transaction,
            Patience);
        transaction.Commit();
    }

    /// <summary>Gives messages of the application that have one of the ids another one in its view: a row with that id of its own is to stand there.</summary>
    public static void MakeWay(DbConnection connection, string application, IReadOnlyCollection<long> ids)
    {
        foreach (var part in ids.Chunk(StatementIds))
        {
            // Looked for first, since an UPDATE with the join in it would lock conversations that others write in.
            var there = connection.Query<long>(
                $"""
                SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation_id
                WHERE m.id IN ({string.Join(',', part)}) AND m.legacy_id IS NULL AND c.application = @application
                """,
                new { application },
                commandTimeout: Patience).AsList();
            if (there.Count > 0)
            {
                connection.Execute($"UPDATE messages SET legacy_id = id + {Aside} WHERE id IN ({string.Join(',', there)})", commandTimeout: Patience);
            }
        }
    }

    // Whatever type an old table's ids have.
    private static long LargestOf(DbConnection connection, DbTransaction transaction, string table)
    {
        var largest = connection.ExecuteScalar<object?>(
            $"SELECT MAX(id) FROM {table} WHERE id <= {LargestKept}", transaction: transaction, commandTimeout: Patience);
        return long.TryParse(Convert.ToString(largest, CultureInfo.InvariantCulture), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
    }
}
