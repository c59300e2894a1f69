using System.Net;

namespace Portico.Gateway.Transport;

/// <summary>
/// A socket whose readiness pool threads find out. They only raise a flag and queue it (<see cref="Raise"/>); all else happens on the
/// loop's thread.
/// </summary>
internal abstract class PortableSocket(PortableSockets owner, ITransportSocketHandler handler, IPEndPoint remoteEndPoint) : TransportSocket
{
    /// <summary>Reading may give something.</summary>
    protected const int Readable = 1;

    /// <summary>The loop itself wants another look at what can be read.</summary>
    protected const int Look = 8;

    /// <summary>What was being sent is sent, or failed.</summary>
    protected const int Sent = 2;

    /// <summary>An error noticed while sending waits to be told.</summary>
    protected const int Failed = 4;

    private int _raised;

    /// <inheritdoc/>
    public sealed override IPEndPoint RemoteEndPoint { get; } = remoteEndPoint;

    /// <summary>Who hears of it; no longer once it is closed.</summary>
    public ITransportSocketHandler Handler { get; } = handler;

    /// <summary>When a closed socket that waits for its peer is given up, on the loop's clock.</summary>
    public long LingersUntil { get; set; }

    /// <summary>Closed, but still open for the peer to take the last bytes.</summary>
    public bool Lingers { get; protected set; }

    /// <summary>The sockets of its loop.</summary>
    protected PortableSockets Owner { get; } = owner;

    /// <summary>Makes the callbacks of what was raised.</summary>
    public void HandleRaised() => OnRaised(Interlocked.Exchange(ref _raised, 0));

    /// <summary>Something is ready: the loop shall look. Any thread.</summary>
    public void Raise(int what)
    {
        if (Interlocked.Or(ref _raised, what) == 0)
        {
            Owner.Ready.Add(this);
        }
    }

    /// <summary>On the loop's thread: what <see cref="Raise"/> collected.</summary>
    protected abstract void OnRaised(int what);
}
