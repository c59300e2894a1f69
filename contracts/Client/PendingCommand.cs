using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.Client;

/// <summary>A command whose answer is waited for. Completed once, by whoever is first.</summary>
internal sealed class PendingCommand
{
    private readonly TaskCompletionSource<CommandOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CommandOutcome _outcome = new();

    public Task<CommandOutcome> Done => _done.Task;

    /// <summary>Takes one result; only the reader of the stream calls it.</summary>
    public void Add(CommandResult result)
    {
        if (_outcome.Add(result))
        {
            _ = _done.TrySetResult(_outcome);
        }
    }

    public void Fail(CommandStatus status, string error) => _done.TrySetResult(CommandOutcome.Failed(status, error));
}
