using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>Opens the way into all loops for callers that are not on one.</summary>
internal sealed class CommandRouter(IWorkerLoops loops) : ICommandRouter
{
    /// <inheritdoc/>
    public ICommandCaller Open(long bytes) => new CommandCaller(loops, bytes);
}
