using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;

namespace Portico.Client;

/// <summary>
/// What is known through one register: its last list, and for a while after its restart also the list from before. Guarded by the
/// watcher's lock.
/// </summary>
internal sealed class RegisterView(bool isGatewayWorker)
{
    private ulong _epoch;
    private ulong _version;
    private List<GatewayAddress> _current = [];
    private List<GatewayAddress> _carried = [];

    /// <summary>It speaks GatewayWorker's protocol.</summary>
    public bool IsGatewayWorker => isGatewayWorker;

    /// <summary>Whether it ever answered.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>Addresses in order, doubles possible.</summary>
    public IEnumerable<GatewayAddress> Addresses => _current.Concat(_carried);

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
        foreach (var text in reply.Addresses)
        {
            // What is no address cannot be dialled, whoever announced it.
            if (GatewayAddress.TryParse(text, out var address))
            {
                _current.Add(address);
            }
        }

        return true;
    }

    /// <summary>Drops what was carried over a restart.</summary>
    public void Forget() => _carried = [];
}
