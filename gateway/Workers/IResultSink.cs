using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>Takes results of commands, in the order in which they are done.</summary>
internal interface IResultSink
{
    /// <summary>Where commands that are handed on to another loop count until that one is done with them; null: nowhere.</summary>
    CommandWindow? Window => null;

    /// <summary>A result without rows.</summary>
    void Add(scoped in ResultView result);

    /// <summary>A result with rows.</summary>
    void Add(CommandResult result);
}
