using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>
/// The way of one loop's events to its links: binds clients, gives their events on, parks what has no worker, and stops reading who feeds a
/// full link. All on the loop's thread.
/// </summary>
internal sealed class EventDelivery(WorkerTable table, DeliveryLimits limits, Suspects suspects, WorkerCounters counters)
{
    private readonly LinkFeeders _feeders = new();
    private readonly ParkingLot _parked = new(limits.Bytes);
    private readonly long _parkedMilliseconds = (long)limits.Time.TotalMilliseconds;
    private long _now;
    private long _givenUp;

    /// <summary>Events that wait for a worker.</summary>
    public long ParkedCount => _parked.Count;

    /// <summary>A link has room again, or has ended: whoever fed it is read again, and what is parked goes on.</summary>
    public void Resume(IWorkerLink link)
    {
        _feeders.Resume(link);
        ReleaseParked();
    }

    /// <summary>Gives up what waited too long for a worker to come. While one is there, what waits only waits for its turn.</summary>
    /// <returns>How many events were given up since the last call.</returns>
    public long OnTick(long now)
    {
        _now = now;
        while (!table.HasOpen && _parked.First is { } node && now - node.Value.ParkedSince >= _parkedMilliseconds)
        {
            GiveUp(node);
        }

        // A suspect waits for one on another loop, which does not tell when it is done.
        if (table.HasOpen)
        {
            ReleaseParked();
        }

        var givenUp = _givenUp;
        _givenUp = 0;
        return givenUp;
    }

    /// <summary>A leaving link whose worker hangs: somebody waits behind it for longer than one waits for a worker, though another is there.</summary>
    public IWorkerLink? Hanging()
    {
        for (var node = table.HasOpen ? _parked.First : null; node is not null && _now - node.Value.ParkedSince >= _parkedMilliseconds; node = node.Next)
        {
            if (node.Value.Link is { IsLeaving: true, IsClosed: false } link)
            {
                return link;
            }
        }

        return null;
    }

    /// <summary>Gives an event to the client's link, or parks it.</summary>
    public void Deliver(in WorkerEvent posted)
    {
        var binding = posted.Client;
        if (binding.FirstParked is not null || !MayGo(binding))
        {
            Park(posted);
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

        if (!table.TryBind(binding))
        {
            return false;
        }

        if (binding.Announced)
        {
            binding.Link!.Adopt(binding);
        }

        return true;
    }

    private void Park(in WorkerEvent posted)
    {
        var binding = posted.Client;
        if (_parked.TryPark(posted, _now))
        {
            counters.Parked++;
            counters.ParkedNow = _parked.Count;
            binding.Client.PauseReading(PauseCause.Parked);
            return;
        }

        _givenUp++;
        counters.Dropped++;
        if (!binding.Closed)
        {
            binding.Client.Close(CloseReason.NoWorker);
        }
    }

    /// <summary>What is parked goes to workers, longest waiting first, as long as they have room.</summary>
    public void ReleaseParked()
    {
        for (var node = _parked.First; node is not null;)
        {
            var (binding, next) = (node.Value, node.Next);
            if (MayGo(binding))
            {
                if (binding.Link!.HasRoom)
                {
                    Release(binding);
                    _parked.Remove(node);
                    binding.Client.ResumeReading(PauseCause.Parked);
                }
                else
                {
                    suspects.Leave(binding);
                }
            }

            node = next;
        }

        counters.ParkedNow = _parked.Count;
    }

    private void Release(ClientBinding binding)
    {
        while (_parked.TryTake(binding, out var parked))
        {
            // A CLOSE is the last and unbinds; whatever comes before it finds the link that TryReach chose.
            Post(new WorkerEvent
            {
                Client = binding,
                Kind = parked.Kind,
                Number = parked.Number,
                Body = parked.Body,
                Binary = parked.Binary,
                Redelivered = parked.Redelivered,
            });
        }
    }

    private void GiveUp(LinkedListNode<ClientBinding> node)
    {
        var binding = node.Value;
        while (_parked.TryTake(binding, out _))
        {
            _givenUp++;
            counters.Dropped++;
        }

        _parked.Remove(node);
        counters.ParkedNow = _parked.Count;
        if (!binding.Closed)
        {
            binding.Client.ResumeReading(PauseCause.Parked);
            binding.Client.Close(CloseReason.NoWorker);
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
