using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>Writes a group of appends in the statements that suit one database; used by the writer's thread alone.</summary>
internal interface IBatchAppender : IDisposable
{
    /// <summary>Prepares what must not happen inside the transaction; may itself write and commit.</summary>
    void Prepare(DbConnection connection, IReadOnlyList<AppendJob> batch);

    /// <summary>Inserts the messages, advances the conversations and sets every job's result.</summary>
    void Append(DbConnection connection, DbTransaction transaction, IReadOnlyList<AppendJob> batch, long nowMs);

    /// <summary>
    /// Runs a batch of nothing but appends in a transaction of its own, where that costs fewer round trips; false where it does not, and nothing is done.
    /// </summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="batch">The appends.</param>
    /// <param name="nowMs">Their time.</param>
    /// <param name="mayBeStored">True from the moment of the commit on: who fails after it must not run the batch again.</param>
    bool TryRunAlone(DbConnection connection, IReadOnlyList<AppendJob> batch, long nowMs, ref bool mayBeStored);

    /// <summary>What the last <see cref="Append"/> wrote is committed; without this call it counts as undone.</summary>
    void Committed();

    /// <summary>Somebody else has moved sequences: nothing that was seen before counts any more.</summary>
    void Forget();
}
