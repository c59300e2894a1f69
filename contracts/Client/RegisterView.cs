using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>
/// What is known through one register: its last list, and for a while after its restart also the list from before. Guarded by the
/// watcher's lock.
/// </summary>
internal sealed class RegisterView(bool isGatewayWorker)
{
    private ulong _epoch;
    private ulong _version;
    private List<KeyValuePair<GatewayAddress, WireSecurity>> _current = [];
    private List<KeyValuePair<GatewayAddress, WireSecurity>> _carried = [];

    /// <summary>It speaks GatewayWorker's protocol.</summary>
    public bool IsGatewayWorker => isGatewayWorker;

    /// <summary>Whether it ever answered.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Addresses in order, doubles possible.</summary>
    public IEnumerable<GatewayAddress> Addresses => Security.Select(entry => entry.Key);

    /// <summary>The same with what each speaks.</summary>
    public IEnumerable<KeyValuePair<GatewayAddress, WireSecurity>> Security => _current.Concat(_carried);

    /// <summary>Takes a list over.</summary>
    /// <param name="reply">What the register sent.</param>
    /// <param name="restarted">Whether the register is another one than before, so that <see cref="Forget"/> is due later.</param>
    /// <returns>False when it is older than what is known.</returns>
    public bool Take(WatchReply reply, out bool restarted)
    {
        restarted = HasAnswered && reply.Epoch != _epoch;
        if (HasAnswered && !restarted && reply.Version < _version)
        {
            return false;
        }

        if (restarted)
        {
            _carried = [.. _current, .. _carried];
        }

        HasAnswered = true;
        _epoch = reply.Epoch;
        _version = reply.Version;
        _current = [];
        for (var i = 0; i < reply.Addresses.Count; i++)
        {
            // What is no address cannot be dialled, whoever announced it.
            if (GatewayAddress.TryParse(reply.Addresses[i], out var address))
            {
                _current.Add(new(address, i < reply.Security.Count ? (WireSecurity)reply.Security[i] : WireSecurity.Plain));
            }
        }

        return true;
    }

    /// <summary>Drops what was carried over a restart.</summary>
    public void Forget() => _carried = [];
}
