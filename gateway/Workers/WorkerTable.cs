namespace Portico.Gateway.Workers;

/// <summary>The workers of one loop: at most one link for each key. Belongs to the loop's thread.</summary>
internal sealed class WorkerTable(IWorkerRouter router, WorkerPlaces places)
{
    private readonly List<IWorkerLink> _links = [];
    private IWorkerLink[] _open = [];

    /// <summary>Every link, leaving ones too.</summary>
    public IReadOnlyList<IWorkerLink> Links => _links;

    /// <summary>Some link takes clients.</summary>
    public bool HasOpen => _open.Length > 0;

    /// <summary>Adds a link.</summary>
    /// <returns>The link of the same key that it replaces, for the caller to close; null when there was none.</returns>
    public IWorkerLink? Add(IWorkerLink link)
    {
        var replaced = _links.Find(other => other.Key == link.Key);
        if (replaced is not null)
        {
            _links.Remove(replaced);
        }

        _links.Add(link);
        Refresh();
        return replaced;
    }

    /// <summary>Removes a link; false when it is not there.</summary>
    public bool Remove(IWorkerLink link)
    {
        var removed = _links.Remove(link);
        Refresh();
        return removed;
    }

    /// <summary>To be called when a link of the table starts leaving or ends.</summary>
    public void Refresh()
    {
        _open = [.. _links.Where(link => !link.IsLeaving && !link.IsClosed)];
        places.Update(_open);
    }

    /// <summary>Binds a client to a link that the router picks among those of its place; false when there is none.</summary>
    public bool TryBind(ClientBinding client, WorkerPlace place)
    {
        var open = place.Open;
        if (open.Length == 0)
        {
            return false;
        }

        Unbind(client);
        var link = open.Length == 1 ? open[0] : router.Pick(open);
        link.BoundClients++;
        client.Link = link;
        client.InFlight = 0;
        client.InFlightBytes = 0;
        client.CatchUp();
        client.OriginTold = false;
        return true;
    }

    /// <summary>The client needs its link no more.</summary>
    public static void Unbind(ClientBinding client)
    {
        if (client.Link is { } link)
        {
            link.BoundClients--;
            client.Link = null;
        }
    }
}
