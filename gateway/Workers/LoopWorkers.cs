using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>
/// The worker side of one loop: binds clients to links, gives their events to them, parks what has no worker, and moves everything on
/// when a link ends. All on the loop's thread.
/// </summary>
internal sealed partial class LoopWorkers : IClientEvents, ILoopContext
{
    private readonly LinkFeeders _feeders = new();
    private readonly WorkerTable _table;
    private readonly ParkingLot _parked;
    private readonly long _parkedMilliseconds;
    private readonly ILogger _logger;
    private long _now;
    private long _givenUp;
    private bool _stopping;

    /// <summary>The worker side of loop <paramref name="index"/>.</summary>
    public LoopWorkers(int index, IWorkerRouter router, ParkingLimits parking, ICommandExecutor commands, ILogger logger)
    {
        Index = index;
        Commands = commands;
        _table = new WorkerTable(router);
        _parked = new ParkingLot(parking.Bytes);
        _parkedMilliseconds = (long)parking.Time.TotalMilliseconds;
        _logger = logger;
    }

    /// <inheritdoc/>
    public int Index { get; }

    /// <inheritdoc/>
    public ICommandExecutor Commands { get; }

    /// <summary>What happened so far.</summary>
    public WorkerCounters Counters { get; } = new();

    /// <summary>Some worker takes clients. Any thread; may be a moment old.</summary>
    public bool HasWorker { get; private set; }

    /// <summary>Some link has something that is not sent.</summary>
    public bool HasUnsent => _table.Links.Any(link => link.HasUnsent);

    /// <inheritdoc/>
    public void OnConnect(ClientConnection client)
    {
        var binding = new ClientBinding(client);
        client.Binding = binding;
        if (client.Codec.IsOpen)
        {
            Deliver(Next(binding, EventKind.Connect));
        }
        else if (_table.TryBind(binding) && binding.Link!.WantsEarlyConnect)
        {
            TellEarlyConnect(binding);
        }
    }

    /// <inheritdoc/>
    public void OnWebSocketConnect(ClientConnection client, ReadOnlySpan<byte> requestHead) =>
        Deliver(Next(BindingOf(client), EventKind.WebsocketConnect));

    /// <inheritdoc/>
    public void OnMessage(ClientConnection client, ReadOnlySpan<byte> payload, bool binary)
    {
        var binding = BindingOf(client);
        Deliver(new WorkerEvent { Client = binding, Kind = EventKind.Message, Number = ++binding.LastNumber, Body = payload, Binary = binary });
    }

    /// <inheritdoc/>
    public bool HasUnhandled(ClientConnection client) => BindingOf(client).InFlight > 0;

    /// <inheritdoc/>
    public void OnClose(ClientConnection client, CloseReason reason)
    {
        var binding = BindingOf(client);
        binding.Closed = true;
        binding.Reason = reason;
        if (binding.Announced || binding.FirstParked is not null)
        {
            Deliver(Next(binding, EventKind.Close));
        }
        else
        {
            WorkerTable.Unbind(binding);
        }
    }

    /// <inheritdoc/>
    public void AddLink(IWorkerLink link)
    {
        var first = !_table.HasOpen;
        var replaced = _table.Add(link);
        replaced?.Close("replaced by a newer stream of the same worker");
        Publish();
        if (first && _parked.Count > 0)
        {
            LogWorkerAgain(Index, _parked.Count);
        }

        ReleaseParked();
    }

    /// <inheritdoc/>
    public void LinkLeaving(IWorkerLink link)
    {
        _table.Refresh();
        Publish();
    }

    /// <inheritdoc/>
    public void LinkEnded(IWorkerLink link, string why)
    {
        _ = _table.Remove(link);
        Publish();
        link.TakeBack(this);
        _feeders.Resume(link);
        ReleaseParked();
    }

    /// <inheritdoc/>
    public void Redeliver(in WorkerEvent lost)
    {
        Counters.Redelivered++;
        Deliver(lost);
    }

    /// <inheritdoc/>
    public void RoomAgain(IWorkerLink link)
    {
        _feeders.Resume(link);
        ReleaseParked();
    }

    /// <inheritdoc/>
    public void ClientIdle(ClientBinding client)
    {
        if (client.FirstParked is not null)
        {
            ReleaseParked();
        }
    }

    /// <summary>Every link sends what waits.</summary>
    public void Flush()
    {
        var links = _table.Links;
        for (var i = links.Count - 1; i >= 0 && i < links.Count; i--)
        {
            links[i].Flush();
        }
    }

    /// <summary>Gives up what waited too long. <paramref name="now"/> in milliseconds of the loop's clock.</summary>
    public void OnTick(long now)
    {
        _now = now;
        while (_parked.First is { } node && now - node.Value.ParkedSince >= _parkedMilliseconds)
        {
            GiveUp(node);
        }

        if (_givenUp > 0)
        {
            LogGivenUp(_givenUp, Index);
            _givenUp = 0;
        }
    }

    /// <summary>Ends every link; the gateway stops.</summary>
    public void CloseLinks(string why)
    {
        _stopping = true;
        foreach (var link in _table.Links.ToArray())
        {
            link.Close(why);
        }
    }

    private static ClientBinding BindingOf(ClientConnection client) => (ClientBinding)client.Binding!;

    private static WorkerEvent Next(ClientBinding binding, EventKind kind) => new() { Client = binding, Kind = kind, Number = ++binding.LastNumber };

    private void Deliver(in WorkerEvent posted)
    {
        var binding = posted.Client;
        if (binding.FirstParked is not null || !TryReach(binding))
        {
            Park(posted);
            return;
        }

        Post(posted);
    }

    private void Post(in WorkerEvent posted)
    {
        var binding = posted.Client;
        var link = binding.Link!;
        if (posted.Kind == EventKind.WebsocketConnect && link.WantsEarlyConnect && !binding.ConnectTold)
        {
            TellEarlyConnect(binding);
        }

        Counters.Events++;
        binding.Announced = true;
        link.Post(posted);
        if (posted.Kind == EventKind.Close)
        {
            WorkerTable.Unbind(binding);
        }
        else if (!link.HasRoom && _feeders.TryPause(binding, link))
        {
            Counters.Paused++;
        }
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

        if (!_table.TryBind(binding))
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
            Counters.Parked++;
            Counters.ParkedNow = _parked.Count;
            binding.Client.PauseReading(PauseCause.Parked);
            return;
        }

        _givenUp++;
        Counters.Dropped++;
        if (!binding.Closed)
        {
            binding.Client.Close(CloseReason.NoWorker);
        }
    }

    /// <summary>What is parked goes to workers, longest waiting first, as long as they have room.</summary>
    private void ReleaseParked()
    {
        for (var node = _parked.First; node is not null;)
        {
            var (binding, next) = (node.Value, node.Next);
            if (TryReach(binding) && binding.Link!.HasRoom)
            {
                Release(binding);
                _parked.Remove(node);
                binding.Client.ResumeReading(PauseCause.Parked);
            }

            node = next;
        }

        Counters.ParkedNow = _parked.Count;
    }

    private void Release(ClientBinding binding)
    {
        while (_parked.TryTake(binding, out var parked))
        {
            // A CLOSE is the last and unbinds; whatever comes before it finds the link that TryReach chose.
            Post(new WorkerEvent
            {
                Client = binding, Kind = parked.Kind, Number = parked.Number, Body = parked.Body, Binary = parked.Binary, Redelivered = parked.Redelivered,
            });
        }
    }

    private void GiveUp(LinkedListNode<ClientBinding> node)
    {
        var binding = node.Value;
        while (_parked.TryTake(binding, out _))
        {
            _givenUp++;
            Counters.Dropped++;
        }

        _parked.Remove(node);
        Counters.ParkedNow = _parked.Count;
        if (!binding.Closed)
        {
            binding.Client.ResumeReading(PauseCause.Parked);
            binding.Client.Close(CloseReason.NoWorker);
        }
    }

    private static void TellEarlyConnect(ClientBinding binding)
    {
        binding.ConnectTold = true;
        binding.Announced = true;
        binding.Link!.Post(new WorkerEvent { Client = binding, Kind = EventKind.Connect, Number = 0 });
    }

    private void Publish()
    {
        if (HasWorker && !_table.HasOpen && !_stopping)
        {
            LogNoWorker(Index);
        }

        HasWorker = _table.HasOpen;
        Counters.Links = _table.Links.Count;
    }
}
