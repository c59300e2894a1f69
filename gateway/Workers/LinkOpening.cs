namespace Portico.Gateway.Workers;

/// <summary>A worker's stream is open: its loop takes the link over.</summary>
internal sealed class LinkOpening(GrpcWorkerLink link, LinkInput input) : ILoopWork
{
    /// <inheritdoc/>
    public void Run(ILoopContext loop)
    {
        link.Open(loop, input);
        input.Open(loop.Commands);
        loop.AddLink(link);
    }
}
