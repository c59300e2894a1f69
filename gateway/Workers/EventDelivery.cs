using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>
/// The way of one loop's events to its links: binds clients, gives their events on, parks what has no worker, and stops reading who feeds a
/// full link. All on the loop's thread.
/// </summary>
internal sealed class EventDelivery(
    WorkerTable table, WorkerPlaces places, ParkedClients parked, DeliveryLimits limits, Suspects suspects, WorkerCounters counters)
{
    private readonly LinkFeeders _feeders = new();

    /// <summary>A link has room again, or has ended: the clients that fed it are read again, and what is parked goes on.</summary>
    public void Resume(IWorkerLink link)
    {
        _feeders.Resume(link);
        ReleaseParked();
    }

    /// <summary>Gives an event to the client's link, or parks it.</summary>
    public void Deliver(in WorkerEvent posted)
    {
        var binding = posted.Client;
        if (binding.FirstParked is not null || !MayGo(binding))
        {
            parked.Park(posted);
            return;
        }

        Post(posted);
    }

    private void Post(in WorkerEvent posted)
    {
        var binding = posted.Client;
        if (!Overrun.Stops(posted, counters))
        {
            Give(posted, binding.Link!);
        }

        if (binding.Suspicion is not null && binding.InFlight == 0)
        {
            // A PHP worker acknowledges nothing.
            suspects.OnHandled(binding);
        }
    }

    private void Give(in WorkerEvent posted, IWorkerLink link)
    {
        var binding = posted.Client;
        if (posted.Kind == EventKind.WebsocketConnect && link.WantsEarlyConnect && !binding.ConnectTold)
        {
            TellEarlyConnect(binding);
        }

        counters.Events++;
        binding.Announced = true;
        link.Post(posted);
        if (posted.Kind == EventKind.Close)
        {
            WorkerTable.Unbind(binding);
        }
        else if (!link.HasRoom && _feeders.TryPause(binding, link))
        {
            counters.Paused++;
        }
        else if (binding.InFlightBytes >= limits.Client && !binding.IsBehind)
        {
            // Before it fills the link for all: perhaps its callback hangs.
            binding.FallBehind();
            counters.Paused++;
        }
    }

    private bool MayGo(ClientBinding binding)
    {
        if (!suspects.TryEnter(binding))
        {
            return false;
        }

        if (TryReach(binding))
        {
            return true;
        }

        suspects.Leave(binding);
        return false;
    }

    /// <summary>Makes sure that the client's link takes an event now: binds it, or moves it from a link that ended or leaves.</summary>
    private bool TryReach(ClientBinding binding)
    {
        var link = binding.Link;
        if (link is { IsClosed: false, IsLeaving: false })
        {
            return true;
        }

        // While the leaving worker still handles an event, another must not get the next one.
        if (link is { IsClosed: false, IsLeaving: true } && binding.InFlight > 0)
        {
            return false;
        }

        if (!table.TryBind(binding, places.Find(binding.Client)))
        {
            return false;
        }

        if (binding.Announced)
        {
            binding.Link!.Adopt(binding);
        }

        return true;
    }

    /// <summary>What is parked goes to workers, longest waiting first, as long as they have room.</summary>
    public void ReleaseParked()
    {
        foreach (var place in places.All)
        {
            if (place.HasOpen && place.Parked.First is not null)
            {
                Release(place.Parked);
            }
        }

        counters.ParkedNow = places.ParkedCount;
    }

    private void Release(ParkingLot waiting)
    {
        for (var node = waiting.First; node is not null;)
        {
            var (binding, next) = (node.Value, node.Next);
            if (MayGo(binding))
            {
                if (binding.Link!.HasRoom)
                {
                    Release(binding, waiting);
                    waiting.Remove(node);
                    binding.Client.ResumeReading(PauseCause.Parked);
                }
                else
                {
                    suspects.Leave(binding);
                }
            }

            node = next;
        }
    }

    private void Release(ClientBinding binding, ParkingLot waiting)
    {
        while (waiting.TryTake(binding, out var taken))
        {
            // A CLOSE is the last and unbinds; whatever comes before it finds the link that TryReach chose.
            Post(new WorkerEvent
            {
                Client = binding,
                Kind = taken.Kind,
                Number = taken.Number,
                Body = taken.Body,
                Binary = taken.Binary,
                Redelivered = taken.Redelivered,
            });
        }
    }

    /// <summary>Tells a link that wants it of a WebSocket client whose handshake is still to come.</summary>
    public static void TellEarlyConnect(ClientBinding binding)
    {
        binding.ConnectTold = true;
        binding.Announced = true;
        binding.Link!.Post(new WorkerEvent { Client = binding, Kind = EventKind.Connect, Number = 0 });
    }
}
