namespace Portico.Gateway.Workers;

/// <summary>Decides which worker a client is bound to (for good, while that worker lives).</summary>
internal interface IWorkerRouter
{
    /// <summary>The name in the configuration.</summary>
    string Name { get; }

    /// <summary>Picks one of the links that take clients; <paramref name="links"/> is never empty.</summary>
    IWorkerLink Pick(ReadOnlySpan<IWorkerLink> links);
}
