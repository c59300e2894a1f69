using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Commands;

namespace Portico.Gateway.Workers;

/// <summary>Gets the outcome of a command that was given to the loops. Called on any loop's thread; must be quick and not block.</summary>
internal interface ICommandAnswer
{
    /// <summary>All loops are done with it.</summary>
    /// <param name="id">The command's id.</param>
    /// <param name="outcome">Merged over the loops.</param>
    /// <param name="rows">A query's lists; null for commands.</param>
    void OnAnswer(ulong id, CommandOutcome outcome, CommandResult? rows);
}
