using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>Writes a group of appends in the statements that suit one database; used by the writer's thread alone.</summary>
internal interface IBatchAppender : IDisposable
{
    /// <summary>Prepares what must not happen inside the transaction; may itself write and commit.</summary>
    void Prepare(DbConnection connection, IReadOnlyList<AppendJob> batch);

    /// <summary>Inserts the messages, advances the conversations and sets every job's result.</summary>
    void Append(DbConnection connection, DbTransaction transaction, IReadOnlyList<AppendJob> batch, long nowMs);

    /// <summary>What the last <see cref="Append"/> wrote is committed; without this call it counts as undone.</summary>
    void Committed();

    /// <summary>Somebody else has moved sequences: nothing that was seen before counts any more.</summary>
    void Forget();
}
