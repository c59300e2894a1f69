using System.Net;
using System.Net.Sockets;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Transport;
using Portico.Hosting.Proxies;

namespace Portico.Gateway.Connections;

/// <summary>
/// One client at the end of a socket: the life of it. A passive object that its loop drives, Opening → Open → Closing → Closed. Every
/// end goes through <see cref="Close"/> or <see cref="Destroy"/>: it leaves the tables, says goodbye, closes the socket, then tells the
/// worker. What it is made of stands in its bases, since thousands of idle ones shall be one object each: <see cref="Sessions.ClientSession"/>,
/// <see cref="ClientOrigin"/>, <see cref="ClientSocket"/>, <see cref="ClientOutput"/>,
/// <see cref="ClientReading"/>, <see cref="ClientInput"/>.
/// </summary>
internal sealed class ClientConnection(LoopClients clients, uint id, ListenerSettings listener, IFrameCodec codec)
    : ClientInput(clients, id, listener, codec), ITransportSocketHandler
{
    private CloseReason _reason;

    /// <summary>Belongs to <see cref="DeadlineWheel"/>.</summary>
    public WheelEntry Wheel;

    /// <summary>The socket is there: the connection begins to live.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="accepted">What it was accepted as.</param>
    public void Start(TransportSocket socket, AcceptedSocket accepted)
    {
        Socket = socket;
        RemoteEndPoint = socket.RemoteEndPoint;
        IsProxied = Listener.ClientAddress.IsTrusted(RemoteEndPoint.Address);
        IsCounted = !IsProxied;
        IsExempt = IsProxied || IsExemptPeer(accepted);
        if (IsProxied && !accepted.IsPreambleRead && Listener.ClientAddress.Source == ClientAddressSource.Proxy)
        {
            AwaitProxyHeader();
        }

        HasPath = Codec.IsOpen;
        State = Codec.IsOpen ? ConnectionState.Open : ConnectionState.Opening;
        Heartbeat.Begin(this, Clients);
    }

    /// <summary>The peer is on this machine, where a proxy, a test or a load generator would be, and no proxy named another client.</summary>
    public static bool IsExemptPeer(AcceptedSocket accepted) => !accepted.IsNamedByProxy && IPAddress.IsLoopback(accepted.RemoteEndPoint.Address);

    /// <inheritdoc/>
    public void OnEnd()
    {
        // Half-closed is closed, as for GatewayWorker; what waits is still written.
        if (!IsLeaving)
        {
            BeginClose(CloseReason.ClientLeft, goodbye: false);
        }
    }

    /// <inheritdoc/>
    public void OnError(SocketError error)
    {
        Clients.Counters.Broken++;
        EndNow(CloseReason.Broken);
    }

    /// <summary>The wheel says that a deadline may be due.</summary>
    public void OnDue()
    {
        if (State == ConnectionState.Closing)
        {
            // What still waits belongs to a client that does not read it.
            End(abort: PendingBytes > 0);
        }
        else if (IsRefused)
        {
            EndRefused();
        }
        else
        {
            Heartbeat.OnDue(this, Clients);
        }
    }

    /// <summary>
    /// The one way out: leaves the tables at once; broadcasts and messages before it are sent, then the goodbye; then, at the latest after
    /// the close timeout, the socket is closed (the transport sees to it that the peer can read all of it) and the worker is told.
    /// </summary>
    public void Close(CloseReason reason)
    {
        Settle();
        BeginClose(reason, goodbye: true);
    }

    /// <summary>
    /// The same, but what the client sent before is still answered: it is closed when its worker has handled that, or <paramref name="patience"/> is
    /// over.
    /// </summary>
    /// <returns>False when it is on its way out already.</returns>
    public bool CloseAnswered(CloseReason reason, TimeSpan patience)
    {
        if (IsRefused)
        {
            return false;
        }

        if (HasUnhandled && patience > TimeSpan.Zero)
        {
            EndLater(new Refusal(default, reason, Goodbye: true), patience);
        }
        else
        {
            Close(reason);
        }

        return true;
    }

    /// <summary>The same at once: what waits is dropped, the socket is reset.</summary>
    public void Destroy(CloseReason reason) => EndNow(reason);

    /// <inheritdoc/>
    protected override void OnOverflow()
    {
        if (!IsLeaving)
        {
            Clients.Counters.SlowConsumers++;
            BeginClose(CloseReason.SlowConsumer, goodbye: true);
        }
    }

    /// <inheritdoc/>
    protected override void OnAllSent() => End(abort: false);

    /// <inheritdoc/>
    protected override void BeginClose(CloseReason reason, bool goodbye)
    {
        if (IsLeaving)
        {
            return;
        }

        _reason = reason;
        if (goodbye)
        {
            SayGoodbye(reason);
        }

        State = ConnectionState.Closing;
        DropInput();
        Clients.Leave(this);
        Clients.Wheel.Set(this, Clients.Wheel.Now + DeadlineWheel.Ticks(Listener.Limits.CloseTimeout));
        if (goodbye)
        {
            // Not now: whoever closes it may be in the middle of something, and shall not be told of the end from within his own call.
            Clients.AddDirty(this);
        }
        else
        {
            Drain();
        }
    }

    private void EndNow(CloseReason reason)
    {
        if (!IsLeaving)
        {
            _reason = reason;
            State = ConnectionState.Closing;
            Clients.Leave(this);
        }

        End(abort: true);
    }

    private void End(bool abort)
    {
        if (State == ConnectionState.Closed)
        {
            return;
        }

        State = ConnectionState.Closed;
        Clients.Wheel.Remove(this);
        DropOutput();
        DropInput();
        if (abort)
        {
            Socket.Abort();
        }
        else
        {
            Socket.Close();
        }

        DropCodec();
        DropPartial();
        if (IsCounted)
        {
            Clients.Addresses.Remove(RemoteEndPoint.Address);
        }

        Clients.Gone(this, _reason);
    }
}
