using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>A write that is no append, for example a read cursor; its result is what <paramref name="work"/> returned in the committed run.</summary>
internal sealed class StatementJob<T>(Func<DbConnection, DbTransaction, T> work, bool movesSequences) : WriteJob
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;

    public Task<T> Answer => _answer.Task;

    public override bool MovesSequences => movesSequences;

    public override void Execute(DbConnection connection, DbTransaction transaction) => _result = work(connection, transaction);

    public override void Complete() => _answer.TrySetResult(_result);

    public override void Fail(Exception fault) => _answer.TrySetException(new StoreUnavailableException("The message log cannot be written now.", fault));
}
