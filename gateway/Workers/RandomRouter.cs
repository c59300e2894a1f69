namespace Portico.Gateway.Workers;

/// <summary>Any worker.</summary>
internal sealed class RandomRouter : IWorkerRouter
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public IWorkerLink Pick(ReadOnlySpan<IWorkerLink> links) => links[Random.Shared.Next(links.Length)];
}
