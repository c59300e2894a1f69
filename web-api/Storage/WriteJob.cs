using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>Something that waits for the one writer; it is answered after the transaction that holds it was committed.</summary>
internal abstract class WriteJob
{
    /// <summary>Rough size in memory.</summary>
    public virtual int Size => 256;

    /// <summary>Whether it numbers messages itself, past the appender.</summary>
    public virtual bool MovesSequences => false;

    /// <summary>Runs in the transaction. May run again after a rollback, so it must only touch the database and its own result.</summary>
    public abstract void Execute(DbConnection connection, DbTransaction transaction);

    /// <summary>Answers the caller: it is committed.</summary>
    public abstract void Complete();

    /// <summary>Answers the caller: it is not known to be stored.</summary>
    public abstract void Fail(Exception fault);
}
