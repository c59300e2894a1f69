using Portico.Contracts.Results;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>The clients of one loop whose events wait for a worker of their place: kept within bounds, given up after a time. On the loop's thread.</summary>
internal sealed class ParkedClients(WorkerPlaces places, WorkerCounters counters)
{
    private long _now;

    /// <summary>Events given up since <see cref="TakeGivenUp"/>.</summary>
    private long _givenUp;

    /// <summary>A path that no worker serves, of a client that was closed for it lately; null for none.</summary>
    public string? UnknownPath { get; set; }

    /// <summary>How many events were given up since the last call, those of unknown paths left out.</summary>
    public long TakeGivenUp()
    {
        var givenUp = _givenUp;
        _givenUp = 0;
        return givenUp;
    }

    /// <summary>Keeps an event, or closes its client when there is no room.</summary>
    public void Park(in WorkerEvent posted)
    {
        var binding = posted.Client;
        var place = places.Find(binding.Client);
        if ((binding.ParkedAt ?? place.Parked).TryPark(posted, _now))
        {
            counters.Parked++;
            counters.ParkedNow = places.ParkedCount;
            binding.Client.PauseReading(PauseCause.Parked);
            return;
        }

        Count(place, binding);
        if (!binding.Closed)
        {
            binding.Client.Close(ReasonOf(place, binding));
        }
    }

    /// <summary>Gives up what waited too long for a worker to come. While one is there, what waits only waits for its turn.</summary>
    public void OnTick(long now)
    {
        _now = now;
        foreach (var place in places.All)
        {
            while (!place.HasOpen && place.Parked.First is { } node && place.Parked.IsOverdue(node.Value, now))
            {
                GiveUp(place, node);
            }
        }

        counters.ParkedNow = places.ParkedCount;
    }

    /// <summary>Places were named or forgotten: who waits, waits where the client's place is now.</summary>
    public void Reassign()
    {
        foreach (var place in places.TakeForgotten())
        {
            Reassign(place);
        }

        foreach (var place in places.All)
        {
            Reassign(place);
        }

        foreach (var place in places.All)
        {
            place.Parked.Order();
        }
    }

    /// <summary>A leaving link whose worker hangs: a client waits behind it for longer than one waits for a worker, though another is there.</summary>
    public IWorkerLink? Hanging()
    {
        foreach (var place in places.All)
        {
            for (var node = place.HasOpen ? place.Parked.First : null; node is not null && place.Parked.IsOverdue(node.Value, _now); node = node.Next)
            {
                if (node.Value.Link is { IsLeaving: true, IsClosed: false } link)
                {
                    return link;
                }
            }
        }

        return null;
    }

    private void Reassign(WorkerPlace place)
    {
        for (var node = place.Parked.First; node is not null;)
        {
            var next = node.Next;
            var now = places.Find(node.Value.Client);
            if (now != place && !place.Parked.TryMoveTo(now.Parked, node, _now))
            {
                GiveUp(now, node);
            }

            node = next;
        }
    }

    private void GiveUp(WorkerPlace place, LinkedListNode<ClientBinding> node)
    {
        var binding = node.Value;
        var at = binding.ParkedAt!;
        while (at.TryTake(binding, out _))
        {
            Count(place, binding);
        }

        at.Remove(node);
        if (!binding.Closed)
        {
            binding.Client.ResumeReading(PauseCause.Parked);
            binding.Client.Close(ReasonOf(place, binding));
        }
    }

    private void Count(WorkerPlace place, ClientBinding binding)
    {
        if (place == places.Unknown)
        {
            counters.Unserved++;
            UnknownPath ??= binding.Client.Path;
        }
        else
        {
            _givenUp++;
            counters.Dropped++;
        }
    }

    private CloseReason ReasonOf(WorkerPlace place, ClientBinding binding) =>
        place == places.Unknown ? CloseReason.NotServed(binding.Client.Path) : CloseReason.NoWorker;
}
