using System.Net;
using System.Net.Sockets;

namespace Portico.Gateway.Transport;

/// <summary>
/// A socket whose readiness pool threads find out. They only raise a flag and queue it (<see cref="Raise"/>); all else happens on the
/// loop's thread.
/// </summary>
internal abstract class PortableSocket(PortableSockets owner, Socket socket, ITransportSocketHandler handler, IPEndPoint remoteEndPoint) : TransportSocket
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
    private volatile bool _gone;

    /// <inheritdoc/>
    public sealed override IPEndPoint RemoteEndPoint { get; } = remoteEndPoint;

    /// <inheritdoc/>
    public sealed override bool IsClosed => _gone || Lingers;

    /// <summary>Who hears of it; no longer once it is closed.</summary>
    public ITransportSocketHandler Handler { get; } = handler;

    /// <summary>When a closed socket that waits for its peer is given up, on the loop's clock.</summary>
    public long LingersUntil { get; set; }

    /// <summary>Closed, but still open for the peer to take the last bytes.</summary>
    public bool Lingers { get; protected set; }

    /// <summary>The sockets of its loop.</summary>
    protected PortableSockets Owner { get; } = owner;

    /// <summary>Its socket is given back. Read by other threads too.</summary>
    protected bool Gone => _gone;

    /// <inheritdoc/>
    public sealed override int Send(ReadOnlySpan<ReadOnlyMemory<byte>> pieces)
    {
        var total = 0;
        foreach (var piece in pieces)
        {
            var taken = Send(piece.Span);
            total += taken;
            if (taken < piece.Length)
            {
                break;
            }
        }

        return total;
    }

    /// <inheritdoc/>
    public sealed override void Abort()
    {
        if (_gone)
        {
            return;
        }

        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (SocketException)
        {
            // Already reset by the peer: there is nothing left to reset.
        }

        Release();
    }

    /// <summary>The peer of a closed socket took too long, or the loop ends: the kernel delivers what it has, nobody waits.</summary>
    public void GiveUp()
    {
        if (!_gone)
        {
            Release();
        }
    }

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

    /// <summary>The one end of every socket.</summary>
    protected void Release()
    {
        _gone = true;
        Lingers = false;
        socket.Dispose();
        OnReleased();
        Owner.Remove(this);
    }

    /// <summary>The socket is closed: what else belongs to it goes too.</summary>
    protected abstract void OnReleased();
}
