using System.Text;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>
/// Commands of the worker links of one loop. They are for this loop's clients: a worker gives a command for many to each loop's stream, so
/// that it keeps its place among the other commands for each client. One for a single client of another loop is handed on.
/// </summary>
internal sealed class LoopCommandRouter(int index, IWorkerLoops loops, LoopCommands here, int resultBytes) : ICommandExecutor
{
    private const int Overhead = 256;
    private static readonly CommandOutcome Stopping = CommandOutcome.Refused("the gateway is stopping");

    /// <inheritdoc/>
    public void Execute(scoped in CommandView command, IResultSink results)
    {
        var owner = command.Connection % (uint)loops.Count;
        if (owner == (uint)index || !LoopCommands.IsForOneClient(command.Kind))
        {
            ExecuteHere(command, results);
            return;
        }

        // The copy waits in the other loop's inbox: whoever fills it faster than it is emptied is not read.
        var bytes = command.Body.Length + Overhead;
        _ = results.Window?.AddAsync(bytes);
        var pending = new PendingCommand(new CommandCopy(command), 1, command.Id != 0, pending => OnDone(pending, results, bytes));
        if (!loops.TryPost((int)owner, pending))
        {
            pending.Add(Stopping, null);
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

    /// <summary>On the other loop's thread: the result belongs to this loop's link.</summary>
    private void OnDone(PendingCommand pending, IResultSink results, int bytes)
    {
        results.Window?.Remove(bytes);
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
