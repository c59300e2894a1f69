using Portico.Contracts.Ids;

namespace Portico.BusinessWorker.Links;

/// <summary>Follows the register's list and keeps a peer for each gateway.</summary>
internal sealed class GatewayLinkSet(GatewayPeerSettings settings) : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<GatewayAddress, (GatewayPeer Peer, Task Running)> _peers = [];
    private bool _leaving;
    private bool _disposed;

    /// <summary>The gateways that live now.</summary>
    public void Update(IReadOnlyCollection<GatewayAddress> addresses)
    {
        lock (_lock)
        {
            foreach (var (address, entry) in _peers)
            {
                entry.Peer.SetListed(addresses.Contains(address));
            }

            foreach (var address in addresses)
            {
                if (!_peers.ContainsKey(address) && !_leaving)
                {
                    var peer = new GatewayPeer(address, settings, _ending.Token);
                    _peers.Add(address, (peer, Task.Run(() => RunAsync(peer))));
                }
            }
        }
    }

    /// <summary>Asks for no more events and waits until those that came are done with and every stream has ended.</summary>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        List<(GatewayPeer Peer, Task Running)> peers;
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
        List<(GatewayPeer Peer, Task Running)> peers;
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

    private async Task RunAsync(GatewayPeer peer)
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
        }

        peer.Dispose();
    }
}
