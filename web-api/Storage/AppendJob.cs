using System.Data.Common;

namespace Portico.WebApi.Storage;

/// <summary>An append that waits for the writer; appends are not run one by one but as a batch, see <see cref="IBatchAppender"/>.</summary>
internal sealed class AppendJob(AppendRequest request, Action<AppendRequest, AppendResult>? committed) : WriteJob
{
    // Answers are given by pool threads, many at a time (AnswerSlice), so what follows an answer runs there and then.
    private readonly TaskCompletionSource<AppendResult> _answer = new();

    public AppendRequest Request { get; } = request;

    /// <summary>What the column <c>html</c> gets.</summary>
    public string? Html { get; } = request.StoredHtml;

    public Task<AppendResult> Answer => _answer.Task;

    /// <summary>Set by the appender; told to the caller after the commit.</summary>
    public AppendResult Result { get; set; }

    public override int Size => Request.Size + (Request.Html is null ? 2 * (Html?.Length ?? 0) : 0);

    public override void Execute(DbConnection connection, DbTransaction transaction) =>
        throw new InvalidOperationException("Appends are executed as a batch.");

    /// <summary>On the writer's thread, in the order of the sequence numbers: that is what keeps pushes of a conversation in order.</summary>
    public override void Complete() => committed?.Invoke(Request, Result);

    public override void Fail(Exception fault) => Result = new AppendResult(AppendStatus.Unavailable, 0, 0, 0, 0);

    /// <summary>Tells the caller what became of it.</summary>
    public void Tell() => _answer.TrySetResult(Result);
}
