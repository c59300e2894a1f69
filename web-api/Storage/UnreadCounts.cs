using System.Data.Common;
using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>
/// What a member has not read: the messages above his cursor that are kept, without those in <c>a_skip</c> or <c>b_skip</c>. These columns count the
/// messages above the cursor that are not unread, since the member wrote them himself or they were recalled, so that no count has to look at messages.
/// An append and a recall add to them, a cursor that moves has them counted again.
/// </summary>
internal static class UnreadCounts
{
    /// <summary>What the agents have not read, of a conversation <c>c</c>; in the shop member B.</summary>
    public const string OfB = "c.last_seq - CASE WHEN c.b_read >= c.kept_from THEN c.b_read ELSE c.kept_from - 1 END - c.b_skip";

    /// <summary>What the visitor has not read; in the shop member A.</summary>
    public const string OfA = "c.last_seq - CASE WHEN c.a_read >= c.kept_from THEN c.a_read ELSE c.kept_from - 1 END - c.a_skip";

    private const string Recount = """
        UPDATE conversations SET
            a_skip = (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = conversations.id AND m.seq > conversations.a_read
                AND m.seq >= conversations.kept_from AND (m.from_a = 1 OR m.recalled_at_ms IS NOT NULL)),
            b_skip = (SELECT COUNT(*) FROM messages m WHERE m.conversation_id = conversations.id AND m.seq > conversations.b_read
                AND m.seq >= conversations.kept_from AND (m.from_a = 0 OR m.recalled_at_ms IS NOT NULL))
        """;

    /// <summary>Counts the skipped messages of some conversations again; null: of all.</summary>
    public static void CountAgain(DbConnection connection, DbTransaction? transaction, IReadOnlyCollection<long>? conversations)
    {
        if (conversations is null)
        {
            connection.Execute(Recount, transaction: transaction, commandTimeout: 0);
        }
        else if (conversations.Count > 0)
        {
            connection.Execute(Recount + " WHERE id IN @conversations", new { conversations }, transaction);
        }
    }

    /// <summary>The step of the schema: adds the columns, unless a run that ended early has added them, and counts.</summary>
    public static void AddColumns(DbConnection connection)
    {
        var names = new List<string>();
        using (var columns = connection.ExecuteReader("SELECT * FROM conversations LIMIT 0"))
        {
            names.AddRange(Enumerable.Range(0, columns.FieldCount).Select(columns.GetName));
        }

        foreach (var name in (string[])["a_skip", "b_skip"])
        {
            if (!names.Contains(name))
            {
                connection.Execute($"ALTER TABLE conversations ADD COLUMN {name} BIGINT NOT NULL DEFAULT 0", commandTimeout: 0);
            }
        }

        CountAgain(connection, null, null);
    }
}
