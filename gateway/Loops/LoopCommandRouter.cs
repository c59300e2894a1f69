using System.Text;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>
/// Commands of the worker links of one loop. What concerns this loop's clients is done at once; what concerns others' is copied to their
/// inboxes, and the answers come back to this loop.
/// </summary>
internal sealed class LoopCommandRouter(int index, IWorkerLoops loops, LoopCommands here, int resultBytes) : ICommandExecutor
{
    private static readonly CommandOutcome Stopping = CommandOutcome.Refused("the gateway is stopping");

    /// <inheritdoc/>
    public void Execute(scoped in CommandView command, IResultSink results)
    {
        if (loops.Count == 1)
        {
            ExecuteHere(command, results);
        }
        else if (!LoopCommands.IsForOneClient(command.Kind))
        {
            ExecuteEverywhere(command, results);
        }
        else if (command.Connection % (uint)loops.Count is var owner && owner == (uint)index)
        {
            ExecuteHere(command, results);
        }
        else
        {
            var pending = Pend(command, 1, results);
            Post((int)owner, pending);
        }
    }

    /// <inheritdoc/>
    public CommandOutcome ExecuteHere(scoped in CommandView command, CommandResult? rows) => here.Execute(in command, rows);

    private void ExecuteHere(scoped in CommandView command, IResultSink results)
    {
        var rows = command.Id != 0 && PendingCommand.IsQuery(command.Kind) ? new CommandResult() : null;
        var outcome = here.Execute(in command, rows);
        if (command.Id != 0)
        {
            Write(command.Id, outcome, rows, results);
        }
    }

    private void ExecuteEverywhere(scoped in CommandView command, IResultSink results)
    {
        var pending = Pend(command, loops.Count, results);
        for (var i = 0; i < loops.Count; i++)
        {
            if (i != index)
            {
                Post(i, pending);
            }
        }

        var rows = command.Id != 0 && PendingCommand.IsQuery(command.Kind) ? new CommandResult() : null;
        pending.Add(here.Execute(in command, rows), rows);
    }

    private PendingCommand Pend(scoped in CommandView command, int count, IResultSink results) =>
        new(new CommandCopy(command), count, command.Id != 0, pending => OnDone(pending, results));

    private void Post(int loop, PendingCommand pending)
    {
        if (!loops.TryPost(loop, pending))
        {
            pending.Add(Stopping, null);
        }
    }

    /// <summary>On the thread of the loop that was last: the result belongs to this loop's link.</summary>
    private void OnDone(PendingCommand pending, IResultSink results)
    {
        if (pending.IsWanted)
        {
            _ = loops.TryPost(index, new ResultWork(this, pending, results));
        }
    }

    private void Write(ulong id, CommandOutcome outcome, CommandResult? rows, IResultSink results)
    {
        if (rows is { } filled && filled.Clients.Count + filled.Counts.Count > 0)
        {
            foreach (var page in CommandResults.Pages(id, outcome, filled, resultBytes))
            {
                results.Add(page);
            }

            return;
        }

        results.Add(new ResultView
        {
            Id = id,
            Status = outcome.Status,
            Delivered = outcome.Delivered,
            Count = outcome.Count,
            Error = outcome.Error is { } error ? Encoding.UTF8.GetBytes(error) : default,
        });
    }

    /// <summary>An answer on its way back to the loop whose link asked.</summary>
    private sealed class ResultWork(LoopCommandRouter router, PendingCommand pending, IResultSink results) : ILoopWork
    {
        /// <inheritdoc/>
        public void Run(ILoopContext loop) => router.Write(pending.Command.Id, pending.Outcome, pending.Rows, results);
    }
}
