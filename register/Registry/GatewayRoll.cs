using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;

namespace Portico.Register.Registry;

/// <summary>
/// The one list of living gateways, whichever protocol they announced themselves in. An address is listed while at least one lease on it is held: a
/// gateway that reconnects before its old connection is seen to be dead never vanishes. An address belongs to one gateway, which is told apart from
/// others by its epoch. Thread-safe.
/// </summary>
/// <param name="log">Where arrivals, departures and conflicts are logged.</param>
/// <param name="clock">Clock of the conflicts.</param>
/// <param name="stopping">
/// Fires before the register ends any stream. The leases that end from then on end with the register, not with their gateways, so the
/// list stays as it is: what a watcher hears last must not be that gateways have left.
/// </param>
internal sealed partial class GatewayRoll(ILogger<GatewayRoll> log, TimeProvider clock, CancellationToken stopping = default)
{
    private readonly Lock _gate = new();
    private readonly List<GatewayEntry> _entries = [];
    private readonly AddressConflicts _conflicts = new(clock);
    private TaskCompletionSource _changed = NewSignal();
    private Listing _listing = new(RandomEpoch(), 1, [], []);

    /// <summary>Who lives now.</summary>
    public Listing Current => Volatile.Read(ref _listing);

    /// <summary>Addresses that a second gateway has tried to announce lately.</summary>
    public IReadOnlyList<Conflict> Conflicts
    {
        get
        {
            lock (_gate)
            {
                return _conflicts.Recent();
            }
        }
    }

    /// <summary>
    /// Lists an address until the lease is disposed, which may be done more than once; of a peer that says no epoch. What was said last of its
    /// security counts: a gateway that comes back with TLS may do so before its old connection is seen to be dead.
    /// </summary>
    public GatewayLease Add(GatewayAddress address, Security security = Security.Plain, string peer = "")
    {
        lock (_gate)
        {
            return AddLocked(address, 0, security, peer);
        }
    }

    /// <summary>
    /// The same for a gateway that says its epoch. When another one holds the address, this waits until that one shows that it lives, or is gone: after
    /// a kill -9 its connection ends at once, and a machine that vanished is noticed when its lease is not renewed.
    /// </summary>
    /// <returns>The lease; null when the other one lives.</returns>
    public async Task<GatewayLease?> AddAsync(GatewayAddress address, ulong epoch, Security security, string peer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<bool> holder;
            lock (_gate)
            {
                if (_entries.Find(entry => entry.Address == address) is not { } entry || epoch == 0 || entry.Epoch == 0 || entry.Epoch == epoch)
                {
                    return AddLocked(address, epoch, security, peer);
                }

                holder = entry.NextSign;
            }

            if (await holder.WaitAsync(cancellationToken))
            {
                Refuse(address, peer);
                return null;
            }
        }
    }

    /// <summary>The next listing after the given version; at once when that is already over.</summary>
    public async Task<Listing> NextAsync(ulong version, CancellationToken cancellationToken)
    {
        while (true)
        {
            // The signal is taken first: a change between the two is then seen in the list.
            var changed = Volatile.Read(ref _changed).Task;
            var listing = Current;
            if (listing.Version > version)
            {
                return listing;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The holder of a lease has renewed it.</summary>
    internal void Renew(GatewayEntry entry)
    {
        lock (_gate)
        {
            entry.Sign(lives: true);
        }
    }

    /// <summary>A lease has ended.</summary>
    internal void Release(GatewayEntry entry, ulong epoch)
    {
        lock (_gate)
        {
            entry.Remove(epoch);
            if (entry.Leases == 0 && !stopping.IsCancellationRequested)
            {
                _entries.Remove(entry);
                Publish();
                Gone(log, entry.Address, _entries.Count);
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static ulong RandomEpoch() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private GatewayLease AddLocked(GatewayAddress address, ulong epoch, Security security, string peer)
    {
        var entry = _entries.Find(entry => entry.Address == address);
        if (entry is null)
        {
            entry = new GatewayEntry(address) { Security = security };
            _entries.Add(entry);
            Publish();
            Listed(log, address, _entries.Count);
        }
        else if (entry.Security != security)
        {
            entry.Security = security;
            Publish();
        }

        entry.Add(epoch, peer);
        return new GatewayLease(this, entry, epoch);
    }

    private void Refuse(GatewayAddress address, string peer)
    {
        lock (_gate)
        {
            var holder = _entries.Find(entry => entry.Address == address)?.Peer ?? "";
            if (_conflicts.Add(address, holder, peer))
            {
                Refused(log, address, peer, holder);
            }
        }
    }

    private void Publish()
    {
        Volatile.Write(ref _listing, new Listing(
            _listing.Epoch, _listing.Version + 1, _entries.ConvertAll(entry => entry.Address.ToString()), _entries.ConvertAll(entry => entry.Security)));
        var changed = _changed;
        Volatile.Write(ref _changed, NewSignal());
        changed.SetResult();
    }

    [LoggerMessage(1010, LogLevel.Information, "Gateway {Address} is listed; {Count} in all")]
    private static partial void Listed(ILogger log, GatewayAddress address, int count);

    [LoggerMessage(1011, LogLevel.Information, "Gateway {Address} left; {Count} in all")]
    private static partial void Gone(ILogger log, GatewayAddress address, int count);

    [LoggerMessage(
        1014,
        LogLevel.Warning,
        "Two gateways announce {Address}: the one at {Refused} is refused, the one at {Holder} keeps it. Each needs a Gateway:LanIp and "
            + "Gateway:LanPort of its own")]
    private static partial void Refused(ILogger log, GatewayAddress address, string refused, string holder);
}
