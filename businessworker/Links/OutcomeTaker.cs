using Portico.Client;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using CommandStatus = Portico.Contracts.Results.CommandStatus;

namespace Portico.BusinessWorker.Links;

/// <summary>Puts the results of one command on one stream together.</summary>
internal sealed class OutcomeTaker : IResultTaker
{
    private readonly CommandOutcome _outcome = new();
    private readonly TaskCompletionSource<CommandOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The whole answer.</summary>
    public Task<CommandOutcome> Outcome => _done.Task;

    /// <inheritdoc/>
    public void Take(scoped in ResultView result)
    {
        if (_outcome.Add(CommandResult.Parser.ParseFrom(result.Encoded)))
        {
            _done.TrySetResult(_outcome);
        }
    }

    /// <inheritdoc/>
    public void Lost() => _done.TrySetResult(CommandOutcome.Failed(CommandStatus.GatewayGone));
}
