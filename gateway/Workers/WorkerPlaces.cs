using Portico.Contracts.Link;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>
/// Which workers of one loop take the clients of which place. A place that a worker names belongs to the workers that name it, and to those that serve
/// everything; it is remembered for a while after the last of them has left, so that its clients wait for the next. On the loop's thread.
/// </summary>
internal sealed class WorkerPlaces
{
    private readonly Dictionary<ModulePlace, WorkerPlace> _named = [];
    private readonly List<WorkerPlace> _forgotten = [];
    private readonly ParkingBudget _budget;
    private readonly ParkingBudget _unknownBudget;
    private readonly long _remembered;
    private PlaceTable<WorkerPlace> _table = new([]);
    private WorkerPlace[] _all = [];
    private bool _isChanged = true;
    private bool _pathsAreNamed;
    private bool _othersAreKnown = true;
    private long _now;

    /// <summary>No worker is there yet.</summary>
    public WorkerPlaces(DeliveryLimits limits)
    {
        _budget = new ParkingBudget(limits.Bytes, long.MaxValue / 4);
        _unknownBudget = new ParkingBudget(limits.UnknownBytes, limits.UnknownEvents);
        _remembered = (long)limits.Time.TotalMilliseconds;
        Others = new WorkerPlace("paths that no worker names", new ParkingLot(_budget, _remembered));
        Unknown = new WorkerPlace("unknown paths", new ParkingLot(_unknownBudget, Math.Min(_remembered, (long)limits.UnknownTime.TotalMilliseconds)));
        foreach (var place in limits.PhpPlaces)
        {
            Add(place, isConfigured: true);
        }

        Settle();
    }

    /// <summary>The places that no worker names, for the workers that serve those.</summary>
    public WorkerPlace Others { get; }

    /// <summary>The same when there is no such worker: perhaps the path was made up. No link ever takes its clients.</summary>
    public WorkerPlace Unknown { get; }

    /// <summary>Every place.</summary>
    public IReadOnlyList<WorkerPlace> All => _all;

    /// <summary>The places that workers or configuration name, those that are remembered too.</summary>
    public IEnumerable<string> Named => _named.Values.Select(place => place.Name);

    /// <summary>Events that wait for a worker, in all places.</summary>
    public long ParkedCount => _budget.Count + _unknownBudget.Count;

    /// <summary>The place of a client.</summary>
    public WorkerPlace Find(ClientConnection client) => Find(client.Listener.Port, client.HasPath ? client.Path : null);

    /// <summary>The place of a client of that listener and path; null for a path that is not known yet.</summary>
    public WorkerPlace Find(int port, string? path) =>
        (path is null ? _table.FindListener(port) : _table.Find(port, path)) ?? (_othersAreKnown ? Others : Unknown);

    /// <summary>The place of a WebSocket client that was just accepted, whose path is not known; null when it depends on the path.</summary>
    public WorkerPlace? FindAtAccept(int port) =>
        _table.FindListener(port) ?? (_pathsAreNamed ? null : _othersAreKnown ? Others : Unknown);

    /// <summary>Links came, went or began to leave.</summary>
    /// <param name="open">Those that take clients.</param>
    public void Update(IReadOnlyList<IWorkerLink> open)
    {
        foreach (var (place, _) in open.SelectMany(link => link.Serves.Named))
        {
            if (!_named.ContainsKey(place))
            {
                Add(place, isConfigured: false);
            }
        }

        foreach (var (place, at) in _named)
        {
            at.Update([.. open.Where(link => link.Serves.Takes(place))], open.Any(link => link.Serves.Names(place)), _now);
        }

        Others.Update([.. open.Where(link => link.Serves.Others)], open.Any(link => link.Serves.Others), _now);
        Settle();
    }

    /// <summary>Forgets what has no worker for too long. True when clients' places may be other ones now.</summary>
    /// <param name="now">Milliseconds of the loop's clock.</param>
    public bool OnTick(long now)
    {
        _now = now;
        return Settle();
    }

    /// <summary>Places that were forgotten since the last call; clients may still wait in them.</summary>
    public WorkerPlace[] TakeForgotten()
    {
        WorkerPlace[] forgotten = [.. _forgotten];
        _forgotten.Clear();
        return forgotten;
    }

    private void Add(ModulePlace place, bool isConfigured)
    {
        _named.Add(place, new WorkerPlace(place.ToString(), new ParkingLot(_budget, _remembered), isConfigured));
        _isChanged = true;
    }

    private bool Settle()
    {
        var wereKnown = _othersAreKnown;
        var isNamed = false;
        _pathsAreNamed = false;
        foreach (var (place, at) in _named)
        {
            if (at.IsRemembered(_now, _remembered))
            {
                isNamed = true;
                _pathsAreNamed |= place.Port == 0;
            }
            else if (!at.IsConfigured)
            {
                _named.Remove(place);
                _forgotten.Add(at);
                _isChanged = true;
            }
        }

        // Where no worker names anything, nothing is known of any path: each may be served by the next worker.
        _othersAreKnown = !isNamed || Others.IsRemembered(_now, _remembered);
        if (!_isChanged)
        {
            return _othersAreKnown != wereKnown;
        }

        _isChanged = false;
        _table = new PlaceTable<WorkerPlace>(_named);
        _all = [.. _named.Values, Others, Unknown];
        return true;
    }
}
