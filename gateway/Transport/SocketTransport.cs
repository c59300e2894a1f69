namespace Portico.Gateway.Transport;

/// <summary>The portable transport: pool threads find out what is ready, the loop sleeps on a monitor.</summary>
internal sealed class SocketTransport : IClientTransport
{
    private readonly object _sleep = new();
    private readonly PortableSockets _sockets;
    private bool _woken;

    /// <summary>Creates it without any socket.</summary>
    public SocketTransport(TransportOptions options, HandlerFaults faults) => _sockets = new PortableSockets(options, faults, Wake);

    /// <inheritdoc/>
    public int SocketCount => _sockets.Count;

    /// <inheritdoc/>
    public int LingeringCount => _sockets.LingeringCount;

    /// <inheritdoc/>
    public bool Wait(int timeoutMilliseconds)
    {
        if (timeoutMilliseconds != 0 && _sockets.Ready.IsEmpty)
        {
            lock (_sleep)
            {
                if (!_woken)
                {
                    Monitor.Wait(_sleep, timeoutMilliseconds);
                }

                _woken = false;
            }
        }

        return !_sockets.Ready.IsEmpty;
    }

    /// <inheritdoc/>
    public void Dispatch() => _sockets.Dispatch();

    /// <inheritdoc/>
    public void Wake()
    {
        lock (_sleep)
        {
            _woken = true;
            Monitor.Pulse(_sleep);
        }
    }

    /// <inheritdoc/>
    public TransportSocket Adopt(AcceptedSocket accepted, ITransportSocketHandler handler) => _sockets.Adopt(accepted, handler);

    /// <inheritdoc/>
    public void OnTick(long now) => _sockets.OnTick(now);

    /// <inheritdoc/>
    public void Dispose() => _sockets.Dispose();
}
