using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>
/// The worker side of one loop: what its clients have to tell, and the links that come and go. All on the loop's thread.
/// </summary>
internal sealed partial class LoopWorkers : IClientEvents, ILoopContext
{
    private readonly WorkerPlaces _places;
    private readonly WorkerTable _table;
    private readonly ParkedClients _parked;
    private readonly EventDelivery _delivery;
    private readonly PlaceLog _placeLog;
    private readonly Suspects _suspects;
    private readonly ILogger _logger;
    private readonly long _patience;
    private long _deaths;
    private long _loggedTooBig;
    private bool _stopping;

    /// <summary>The worker side of loop <paramref name="index"/>.</summary>
    public LoopWorkers(int index, IWorkerRouter router, DeliveryLimits limits, Suspects suspects, ICommandExecutor commands, ILogger logger)
    {
        Index = index;
        Commands = commands;
        _places = new WorkerPlaces(limits);
        _table = new WorkerTable(router, _places);
        _suspects = suspects;
        _parked = new ParkedClients(_places, Counters);
        _delivery = new EventDelivery(_table, _places, _parked, limits, suspects, Counters);
        _placeLog = new PlaceLog(index, _places, _parked, Counters, logger);
        _patience = (long)limits.Worker.TotalMilliseconds;
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

    /// <summary>The places that workers or configuration name, for reports.</summary>
    public IEnumerable<string> NamedPlaces => _places.Named;

    /// <summary>Every link, for reports.</summary>
    public IReadOnlyList<IWorkerLink> Links => _table.Links;

    /// <summary>Some link has something that is not sent.</summary>
    public bool HasUnsent => _table.Links.Any(link => link.HasUnsent);

    /// <summary>Some worker has not acknowledged all it was given.</summary>
    public bool HasUnacknowledged => _table.Links.Any(link => link.HasUnacknowledged);

    /// <inheritdoc/>
    public void OnConnect(ClientConnection client)
    {
        var binding = new ClientBinding(client);
        client.Binding = binding;
        if (client.Codec.IsOpen)
        {
            _delivery.Deliver(Next(binding, EventKind.Connect));
        }
        else if (_places.FindAtAccept(client.Listener.Port) is { } place && _table.TryBind(binding, place) && binding.Link!.WantsEarlyConnect)
        {
            EventDelivery.TellEarlyConnect(binding);
        }
    }

    /// <inheritdoc/>
    public void OnWebSocketConnect(ClientConnection client, ReadOnlySpan<byte> requestHead) =>
        _delivery.Deliver(Next(BindingOf(client), EventKind.WebsocketConnect));

    /// <inheritdoc/>
    public void OnMessage(ClientConnection client, ReadOnlySpan<byte> payload, bool binary)
    {
        var binding = BindingOf(client);
        _delivery.Deliver(new WorkerEvent { Client = binding, Kind = EventKind.Message, Number = ++binding.LastNumber, Body = payload, Binary = binary });
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
            _delivery.Deliver(Next(binding, EventKind.Close));
        }
        else
        {
            WorkerTable.Unbind(binding);
        }
    }

    /// <inheritdoc/>
    public void AddLink(IWorkerLink link)
    {
        var replaced = _table.Add(link);
        replaced?.Close("replaced by a newer stream of the same worker");
        Publish();
        _placeLog.OnAdded(link, _table.Links);
        _delivery.ReleaseParked();
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
        _deaths++;
        _suspects.Ended(link);
        link.TakeBack(this);
        _delivery.Resume(link);
    }

    /// <inheritdoc/>
    public void Redeliver(in WorkerEvent lost)
    {
        if (lost.Redelivered && _suspects.IsGuilty(lost.Client, _deaths, lost.Number))
        {
            GiveUp(lost);
            return;
        }

        Counters.Redelivered++;
        _delivery.Deliver(lost);
    }

    /// <inheritdoc/>
    public void RoomAgain(IWorkerLink link) => _delivery.Resume(link);

    /// <inheritdoc/>
    public void ClientIdle(ClientBinding client)
    {
        var suspected = client.Suspicion is not null;
        _suspects.OnHandled(client);
        if (suspected || client.FirstParked is not null)
        {
            _delivery.ReleaseParked();
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
        if (_places.OnTick(now))
        {
            Publish();
        }

        _parked.OnTick(now);

        // A suspect waits for one on another loop, which does not tell when it is done.
        _delivery.ReleaseParked();
        _placeLog.OnTick(now);
        if (Counters.TooBig > _loggedTooBig)
        {
            LogTooBig(Counters.TooBig - _loggedTooBig, Index);
            _loggedTooBig = Counters.TooBig;
        }

        if (_patience > 0)
        {
            LookAtLinks(now);
        }

        if (_parked.Hanging() is { } link)
        {
            LogHanging(link.Key, Index);
            link.Close("it wanted to leave and did not end what it was doing");
        }
    }

    private void LookAtLinks(long now)
    {
        var links = _table.Links;
        for (var i = links.Count - 1; i >= 0 && i < links.Count; i--)
        {
            var link = links[i];
            if (link.Look(now, _patience, out var stuck) is { } why)
            {
                Counters.Hung++;
                LogHung(link.Key, Index, _patience / 1000, why);
                link.Close($"the worker hangs: for {_patience / 1000} s {why}");
            }
            else if (stuck is not null)
            {
                LogStuck(link.Key, stuck.Client.ClientId, _patience / 1000);
            }
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

    /// <summary>Workers died of it: it is not given to another, and its client goes.</summary>
    private void GiveUp(in WorkerEvent deadly)
    {
        Counters.Deadly++;
        var binding = deadly.Client;
        LogDeadly(deadly.Kind, deadly.Number, binding.Client.ClientId, binding.Suspicion!.Deaths);
        if (deadly.Kind == EventKind.Close)
        {
            WorkerTable.Unbind(binding);
        }
        else if (!binding.Closed)
        {
            binding.Client.Close(CloseReason.InternalError);
        }
    }

    private void Publish()
    {
        _parked.Reassign();
        _placeLog.OnLinks(_stopping);
        HasWorker = _table.HasOpen;
        Counters.Links = _table.Links.Count;
    }
}
