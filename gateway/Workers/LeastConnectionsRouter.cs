namespace Portico.Gateway.Workers;

/// <summary>
/// The worker with the fewest clients. A new worker would get every new client until it has caught up, which after a restart is a
/// stampede on the coldest process; so at most every other pick goes to a worker that has less than half of the average.
/// </summary>
internal sealed class LeastConnectionsRouter : IWorkerRouter
{
    private bool _skipNewcomer;

    /// <inheritdoc/>
    public string Name => "least-connections";

    /// <inheritdoc/>
    public IWorkerLink Pick(ReadOnlySpan<IWorkerLink> links)
    {
        var total = 0L;
        var least = links[0];
        foreach (var link in links)
        {
            total += link.BoundClients;
            if (link.BoundClients < least.BoundClients)
            {
                least = link;
            }
        }

        // Twice the count times the number of links against the total: less than half of the average, without a division.
        var newcomer = links.Length > 1 && 2L * least.BoundClients * links.Length < total;
        _skipNewcomer = newcomer && !_skipNewcomer;
        return newcomer && !_skipNewcomer ? LeastBesides(least, links) : least;
    }

    private static IWorkerLink LeastBesides(IWorkerLink besides, ReadOnlySpan<IWorkerLink> links)
    {
        IWorkerLink? least = null;
        foreach (var link in links)
        {
            if (link != besides && (least is null || link.BoundClients < least.BoundClients))
            {
                least = link;
            }
        }

        return least ?? besides;
    }
}
