using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Portico.Gateway.Transport.Tls;

namespace Portico.Gateway.Transport;

/// <summary>The portable sockets of one loop: plain ones and, also beside epoll, those that speak TLS.</summary>
internal sealed class PortableSockets : IDisposable
{
    private readonly HandlerFaults _faults;
    private readonly HashSet<PortableSocket> _open = [];
    private readonly HashSet<PortableSocket> _lingering = [];
    private long _now;
    private int _count;
    private int _lingeringCount;

    /// <summary>Creates an empty set.</summary>
    /// <param name="options">Sizes and times.</param>
    /// <param name="faults">What becomes of sockets whose handler threw.</param>
    /// <param name="wake">Makes the loop look; any thread.</param>
    public PortableSockets(TransportOptions options, HandlerFaults faults, Action wake)
    {
        Options = options;
        _faults = faults;
        Ready = new ReadyQueue(wake);
        ReceiveBuffer = GC.AllocateUninitializedArray<byte>(options.ReceiveBufferSize, pinned: true);
    }

    /// <summary>Sizes and times.</summary>
    public TransportOptions Options { get; }

    /// <summary>Sockets that have something to tell.</summary>
    public ReadyQueue Ready { get; }

    /// <summary>The loop's only receive buffer.</summary>
    public byte[] ReceiveBuffer { get; }

    /// <summary>Open sockets. Any thread; may be a moment old.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Closed sockets whose peers have not taken the last bytes yet. Any thread; may be a moment old.</summary>
    public int LingeringCount => Volatile.Read(ref _lingeringCount);

    /// <summary>Takes over an accepted socket or TLS stream.</summary>
    public TransportSocket Adopt(AcceptedSocket accepted, ITransportSocketHandler handler)
    {
        PortableSocket socket = accepted.Handle switch
        {
            TlsConnection secured => new TlsSocket(this, secured, handler, accepted.RemoteEndPoint),
            Socket plain => new PlainSocket(this, plain, handler, accepted.RemoteEndPoint),
            _ => throw new ArgumentException("This transport adopts sockets and TLS streams only.", nameof(accepted)),
        };
        _open.Add(socket);
        Volatile.Write(ref _count, _open.Count);
        accepted.Settle();
        return socket;
    }

    /// <summary>Makes the callbacks of all that is ready.</summary>
    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "Event loop border: the socket whose handler threw is closed and the fault logged, others go on.")]
    public void Dispatch()
    {
        foreach (var socket in Ready.Take())
        {
            try
            {
                socket.HandleRaised();
            }
            catch (Exception exception)
            {
                _faults.Contain(socket, socket.Handler, exception);
            }
        }
    }

    /// <summary>Gives up closed sockets whose peers took too long.</summary>
    public void OnTick(long now)
    {
        _now = now;
        if (_lingering.Count > 0)
        {
            foreach (var socket in _lingering.Where(s => now >= s.LingersUntil).ToArray())
            {
                socket.GiveUp();
            }
        }
    }

    /// <summary>A closed socket waits for its peer.</summary>
    public void Linger(PortableSocket socket)
    {
        // A tick may be due just now: one more period, so that nobody gets less than the time promised.
        socket.LingersUntil = _now + (long)Options.LingerTime.TotalMilliseconds + 250;
        _open.Remove(socket);
        _lingering.Add(socket);
        Volatile.Write(ref _lingeringCount, _lingering.Count);
        Volatile.Write(ref _count, _open.Count);
    }

    /// <summary>A socket is gone for good.</summary>
    public void Remove(PortableSocket socket)
    {
        _lingering.Remove(socket);
        Volatile.Write(ref _lingeringCount, _lingering.Count);
        _open.Remove(socket);
        Volatile.Write(ref _count, _open.Count);
    }

    /// <summary>Drops every socket.</summary>
    public void Dispose()
    {
        foreach (var socket in _lingering.ToArray())
        {
            socket.GiveUp();
        }

        foreach (var socket in _open.ToArray())
        {
            socket.Abort();
        }
    }
}
