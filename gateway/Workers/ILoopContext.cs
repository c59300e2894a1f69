namespace Portico.Gateway.Workers;

/// <summary>What <see cref="ILoopWork"/> may touch of a loop. On the loop's thread only.</summary>
internal interface ILoopContext : ILinkOwner
{
    /// <summary>Number of the loop, from 0.</summary>
    int Index { get; }

    /// <summary>Executes commands that come on this loop.</summary>
    ICommandExecutor Commands { get; }

    /// <summary>A worker came: what is parked goes to it first. Replaces the link of the same key.</summary>
    void AddLink(IWorkerLink link);

    /// <summary>A link started leaving.</summary>
    void LinkLeaving(IWorkerLink link);
}
