using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>A command on its way through one loop or all of them: the same object stands in each inbox and gathers the answers.</summary>
internal sealed class PendingCommand(CommandCopy command, int loops, bool wanted, Action<PendingCommand> done) : ILoopWork
{
    private readonly Lock _gate = new();
    private readonly CommandMerge _merge = new(command.Kind, command.IsNamed, loops);

    /// <summary>The command.</summary>
    public CommandCopy Command => command;

    /// <summary>Somebody waits for the outcome.</summary>
    public bool IsWanted => wanted;

    /// <summary>Merged over the loops that are done.</summary>
    public CommandOutcome Outcome => _merge.Outcome;

    /// <summary>Merged rows; null for commands that have none.</summary>
    public CommandResult? Rows => IsQuery(command.Kind) ? _merge.Rows : null;

    /// <summary>For the caller: all loops are done.</summary>
    public bool IsDone { get; set; }

    /// <summary>For the caller: who waits.</summary>
    public ICommandAnswer? Answer { get; init; }

    /// <summary>Kinds whose answer may have rows.</summary>
    public static bool IsQuery(CommandKind kind) => kind >= CommandKind.IsOnline;

    /// <inheritdoc/>
    public void Run(ILoopContext loop)
    {
        var rows = wanted && IsQuery(command.Kind) ? new CommandResult() : null;
        Add(loop.Commands.ExecuteHere(command.View, rows), rows);
    }

    /// <summary>One loop's answer.</summary>
    public void Add(CommandOutcome outcome, CommandResult? rows)
    {
        bool last;
        lock (_gate)
        {
            last = _merge.Add(outcome, rows);
        }

        if (last)
        {
            command.Free();
            done(this);
        }
    }
}
