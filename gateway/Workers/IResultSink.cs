using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>Takes results of commands, in the order in which they are done.</summary>
internal interface IResultSink
{
    /// <summary>A result without rows.</summary>
    void Add(scoped in ResultView result);

    /// <summary>A result with rows.</summary>
    void Add(CommandResult result);
}
