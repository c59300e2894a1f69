using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;

namespace Portico.Gateway.Workers;

/// <summary>Executes commands that come on a loop, on that loop or on those that they concern. On the loop's thread.</summary>
internal interface ICommandExecutor
{
    /// <summary>
    /// Executes one command after all that the same caller gave before. Its result, when it has an id, goes to <paramref name="results"/>
    /// on this loop's thread: now, or when the other loops have answered.
    /// </summary>
    void Execute(scoped in CommandView command, IResultSink results);

    /// <summary>Executes one command for the clients of this loop alone; <paramref name="rows"/> takes a query's lists.</summary>
    CommandOutcome ExecuteHere(scoped in CommandView command, CommandResult? rows);
}
