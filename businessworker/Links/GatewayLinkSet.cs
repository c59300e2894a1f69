using Portico.BusinessWorker.Links.GatewayWorker;
using Portico.Client;
using Portico.Contracts.Ids;

namespace Portico.BusinessWorker.Links;

/// <summary>Follows the register's list and keeps a peer for each gateway.</summary>
internal sealed class GatewayLinkSet(GatewayPeerSettings settings) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<GatewayAddress, (IGatewayPeer Peer, Task Running)> _peers = [];
    private KnownGateways _known = KnownGateways.None;
    private bool _leaving;
    private bool _disposed;

    /// <summary>The gateways that live now.</summary>
    public void Update(KnownGateways known)
    {
        lock (_lock)
        {
            _known = known;
            settings.Table.SetListed(known.Addresses);
            foreach (var (address, entry) in _peers)
            {
                entry.Peer.SetListed(known.Contains(address));
                if (known.Contains(address) && IsOutdated(entry.Peer, known))
                {
                    // Its run makes the other peer when it ends.
                    entry.Peer.Leave();
                }
            }

            foreach (var address in known.Addresses)
            {
                AddLocked(address);
            }
        }
    }

    /// <summary>Asks for no more events and waits until those that came are done with and every stream has ended.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        List<(IGatewayPeer Peer, Task Running)> peers;
        lock (_lock)
        {
            _leaving = true;
            peers = [.. _peers.Values];
        }

        foreach (var (peer, _) in peers)
        {
            peer.Leave();
        }

        await Task.WhenAll(peers.Select(entry => entry.Running)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<(IGatewayPeer Peer, Task Running)> peers;
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _leaving = true;
            peers = [.. _peers.Values];
        }

        await _ending.CancelAsync();
        await Task.WhenAll(peers.Select(entry => entry.Running));
        foreach (var (peer, _) in peers)
        {
            peer.Dispose();
        }

        _ending.Dispose();
    }

    /// <summary>A register of ours knows it too, which is the better tongue; or it has come back with TLS, or without.</summary>
    private bool IsOutdated(IGatewayPeer peer, KnownGateways known) => peer.IsGatewayWorker
        ? !known.IsGatewayWorker(peer.Address)
        : peer.IsOverTls != known.IsCalledOverTls(peer.Address, settings.Tls is not null);

    private void AddLocked(GatewayAddress address)
    {
        if (!_peers.ContainsKey(address) && !_leaving)
        {
            IGatewayPeer peer = _known.IsGatewayWorker(address)
                ? new PacketPeer(address, settings, _ending.Token)
                : new GatewayPeer(address, _known.UriOf(address, settings.Tls is not null), settings, _ending.Token);
            _peers.Add(address, (peer, Task.Run(() => RunAsync(peer))));
        }
    }

    private async Task RunAsync(IGatewayPeer peer)
    {
        await peer.RunAsync();

        // Neither listed nor reached: a later list makes a new one.
        lock (_lock)
        {
            if (_leaving)
            {
                return;
            }

            _peers.Remove(peer.Address);
            if (_known.Contains(peer.Address))
            {
                // Left for the other tongue, or listed again meanwhile.
                AddLocked(peer.Address);
            }
        }

        peer.Dispose();
    }
}
