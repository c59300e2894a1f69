using System.Net;
using System.Net.Sockets;

namespace Portico.Gateway.Transport;

/// <summary>Accepts clients on one address and offers each to the loop with the fewest connections.</summary>
internal abstract class ClientListener : IDisposable
{
    private readonly IReadOnlyList<EventLoop> _loops;
    private readonly ITransportListenerHandler _handler;
    private readonly HandlerFaults _faults;
    private int _last;

    /// <summary>Binds and listens; throws <see cref="SocketException"/> when the address cannot be had.</summary>
    protected ClientListener(ListenerOptions options, IReadOnlyList<EventLoop> loops, ITransportListenerHandler handler, HandlerFaults faults)
    {
        Options = options;
        _loops = loops;
        _handler = handler;
        _faults = faults;
        Socket = Bind(options);
        EndPoint = (IPEndPoint)Socket.LocalEndPoint!;
    }

    /// <summary>What it was made from.</summary>
    public ListenerOptions Options { get; }

    /// <summary>Where it listens, with the port that was given for port 0.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>
    /// While true new connections stay in the backlog (one that is being accepted may still come). Any thread; going on takes up to a tick.
    /// </summary>
    public abstract bool Paused { get; set; }

    /// <summary>The listening socket. Accepted ones inherit that small writes are not delayed.</summary>
    protected Socket Socket { get; }

    /// <summary>Stops accepting and frees the port. Any thread.</summary>
    public abstract void Dispose();

    /// <summary>Offers an accepted socket to the handler, with the loop that has the fewest connections.</summary>
    protected void Offer(IDisposable handle, IPEndPoint remoteEndPoint, bool isPreambleRead = false, bool isNamedByProxy = false)
    {
        var loop = PickLoop();
        loop.Expect();
        if (remoteEndPoint.Address.IsIPv4MappedToIPv6)
        {
            remoteEndPoint.Address = remoteEndPoint.Address.MapToIPv4();
        }

        _faults.Offer(
            _handler, new AcceptedSocket(handle, remoteEndPoint, Options.Index, loop) { IsPreambleRead = isPreambleRead, IsNamedByProxy = isNamedByProxy });
    }

    private static Socket Bind(ListenerOptions options)
    {
        var socket = new Socket(options.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            if (options.EndPoint.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = options.EndPoint.Address.Equals(IPAddress.IPv6Any);
            }

            socket.Bind(options.EndPoint);
            socket.Listen(options.Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private EventLoop PickLoop()
    {
        // Starts behind the last pick, so that loops with equally many take turns.
        var start = Interlocked.Increment(ref _last);
        var best = _loops[(int)((uint)start % (uint)_loops.Count)];
        var fewest = best.Connections;
        for (var i = 1; i < _loops.Count && fewest > 0; i++)
        {
            var loop = _loops[(int)((uint)(start + i) % (uint)_loops.Count)];
            var connections = loop.Connections;
            if (connections < fewest)
            {
                (best, fewest) = (loop, connections);
            }
        }

        return best;
    }
}
