using System.Data.Common;
using Dapper;

namespace Portico.WebApi.Storage;

/// <summary>Finds out what became of a group whose COMMIT was sent but not answered.</summary>
internal static class LostCommit
{
    /// <summary>Whether the group is in the log; null when that cannot be known, since it added no message that could be looked for.</summary>
    public static bool? IsStored(DbConnection connection, ISqlDialect dialect, IEnumerable<AppendJob> appends)
    {
        if (appends.Select(job => job.Result).FirstOrDefault(result => result is { Status: AppendStatus.Stored, Id: > 0 }) is not { Id: > 0 } at)
        {
            return null;
        }

        // One of its messages says it for all. While the server is still at it, the group holds its conversations: whoever gets one sees the end.
        using var transaction = connection.BeginTransaction(dialect.Isolation);
        connection.Execute("SELECT id FROM conversations WHERE id = @ConversationId" + dialect.LockSuffix, new { at.ConversationId }, transaction);
        var found = connection.ExecuteScalar<long>(
            "SELECT COUNT(*) FROM messages WHERE id = @Id AND conversation_id = @ConversationId AND seq = @Seq AND sent_at_ms = @SentAtMs", at, transaction);
        transaction.Rollback();
        return found == 1;
    }
}
