using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;

namespace Portico.Register.Registry;

/// <summary>
/// The one list of living gateways, whichever protocol they announced themselves in. An address is listed while at least one lease on
/// it is held: a gateway that reconnects before its old connection is seen to be dead never vanishes. Thread-safe.
/// </summary>
/// <param name="log">Where arrivals and departures are logged.</param>
/// <param name="stopping">
/// Fires before the register ends any stream. The leases that end from then on end with the register, not with their gateways, so the
/// list stays as it is: what a watcher hears last must not be that gateways have left.
/// </param>
internal sealed partial class GatewayRoll(ILogger<GatewayRoll> log, CancellationToken stopping = default)
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private TaskCompletionSource _changed = NewSignal();
    private Listing _listing = new(RandomEpoch(), 1, [], []);

    /// <summary>Who lives now.</summary>
    public Listing Current => Volatile.Read(ref _listing);

    /// <summary>
    /// Lists an address until the lease is disposed, which may be done more than once. What was said last of its security counts: a gateway
    /// that comes back with TLS may do so before its old connection is seen to be dead.
    /// </summary>
    public IDisposable Add(GatewayAddress address, Security security = Security.Plain)
    {
        lock (_gate)
        {
            var entry = _entries.Find(entry => entry.Address == address);
            if (entry is null)
            {
                entry = new Entry(address) { Security = security };
                _entries.Add(entry);
                Publish();
                Listed(log, address, _entries.Count);
            }
            else if (entry.Security != security)
            {
                entry.Security = security;
                Publish();
            }

            entry.Leases++;
            return new Lease(this, entry);
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

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static ulong RandomEpoch() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private void Release(Entry entry)
    {
        lock (_gate)
        {
            if (--entry.Leases == 0 && !stopping.IsCancellationRequested)
            {
                _entries.Remove(entry);
                Publish();
                Gone(log, entry.Address, _entries.Count);
            }
        }
    }

    private void Publish()
    {
        Volatile.Write(ref _listing, new Listing(_listing.Epoch, _listing.Version + 1, _entries.ConvertAll(entry => entry.Address.ToString()), _entries.ConvertAll(entry => entry.Security)));
        var changed = _changed;
        Volatile.Write(ref _changed, NewSignal());
        changed.SetResult();
    }

    [LoggerMessage(1010, LogLevel.Information, "Gateway {Address} is listed; {Count} in all")]
    private static partial void Listed(ILogger log, GatewayAddress address, int count);

    [LoggerMessage(1011, LogLevel.Information, "Gateway {Address} left; {Count} in all")]
    private static partial void Gone(ILogger log, GatewayAddress address, int count);

    private sealed class Entry(GatewayAddress address)
    {
        public GatewayAddress Address { get; } = address;

        public Security Security { get; set; }

        public int Leases { get; set; }
    }

    private sealed class Lease(GatewayRoll roll, Entry entry) : IDisposable
    {
        private int _released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _released, 1) == 0)
            {
                roll.Release(entry);
            }
        }
    }
}
