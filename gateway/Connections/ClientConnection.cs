using System.Net;
using System.Net.Sockets;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Transport;

namespace Portico.Gateway.Connections;

/// <summary>
/// One client at the end of a socket: codec, outbox, heartbeat. A passive object that its loop drives, Opening → Open → Closing →
/// Closed. Every end goes through <see cref="Close"/> or <see cref="Destroy"/>: it leaves the tables, says goodbye, closes the socket,
/// then tells the worker.
/// </summary>
internal sealed class ClientConnection(LoopClients clients, uint id, ListenerSettings listener, IFrameCodec codec)
    : ClientOutput(clients, codec), ITransportSocketHandler
{
    private KeptBytes _kept;
    private CloseReason _reason;
    private PauseCause _paused;
    private bool _peerDone;
    private bool _reading;

    /// <summary>Number in the gateway; modulo the count of loops it gives the loop.</summary>
    public uint Id => id;

    /// <summary>Name in the cluster.</summary>
    public ClientId ClientId => new(Clients.Address, id);

    /// <summary>The listener it came by.</summary>
    public ListenerSettings Listener => listener;

    /// <summary>Address of the client; behind a trusted proxy what the proxy said.</summary>
    public IPEndPoint RemoteEndPoint { get; private set; } = null!;

    /// <summary>Path of the handshake without query; / for text and frame listeners.</summary>
    public string Path { get; private set; } = "/";

    /// <summary>The negotiated subprotocol, empty for none.</summary>
    public string Subprotocol { get; private set; } = "";

    /// <summary>The handshake's request head as it came; empty before it and for text and frame listeners.</summary>
    public byte[] RequestHead { get; private set; } = [];

    /// <summary>Belongs to <see cref="Heartbeat"/>.</summary>
    public HeartbeatState Heart;

    /// <summary>What Workers keeps for this client (a ClientBinding); set at accept, nobody else looks at it.</summary>
    public object? Binding { get; set; }

    /// <summary>Belongs to <see cref="DeadlineWheel"/>: due tick, 0 for none.</summary>
    public int Due { get; set; }

    /// <summary>Belongs to <see cref="DeadlineWheel"/>.</summary>
    public ClientConnection? NextDue { get; set; }

    /// <summary>Belongs to <see cref="DeadlineWheel"/>.</summary>
    public ClientConnection? PreviousDue { get; set; }

    /// <summary>True while some cause keeps it from being read.</summary>
    public bool IsPaused => _paused != PauseCause.None;

    /// <summary>The socket is there: the connection begins to live.</summary>
    public void Start(TransportSocket socket)
    {
        Socket = socket;
        RemoteEndPoint = socket.RemoteEndPoint;
        State = Codec.IsOpen ? ConnectionState.Open : ConnectionState.Opening;
        Heartbeat.Begin(this, Clients);
    }

    /// <inheritdoc/>
    public void OnBytes(Span<byte> received)
    {
        if (IsLeaving)
        {
            return;
        }

        Heart.Heard(Clients.Wheel.Now);
        if (!_kept.IsEmpty)
        {
            _kept.Append(received);
            ReadKept();
            return;
        }

        var done = Read(received);
        if (done < received.Length && !IsLeaving)
        {
            _kept.Append(received[done..]);
        }
    }

    /// <inheritdoc/>
    public void OnEnd()
    {
        _peerDone = true;
        if (!IsLeaving)
        {
            BeginClose(CloseReason.ClientLeft, goodbye: false);
        }
        else if (PendingBytes == 0)
        {
            End(abort: false);
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
        else
        {
            Heartbeat.OnDue(this, Clients);
        }
    }

    /// <summary>Stops reading until that cause is gone.</summary>
    public void PauseReading(PauseCause cause)
    {
        _paused |= cause;
        if (!IsLeaving)
        {
            Socket.ReadPaused = true;
        }
    }

    /// <summary>That cause is gone. Reading goes on when it was the last; what came before the pause is read in <see cref="LoopClients.AfterInbox"/>.</summary>
    public void ResumeReading(PauseCause cause)
    {
        if (!IsPaused || (_paused &= ~cause) != PauseCause.None || IsLeaving)
        {
            return;
        }

        // The silence of a client that was not listened to proves nothing.
        Heart.Heard(Clients.Wheel.Now);
        Socket.ReadPaused = false;
        if (!_kept.IsEmpty)
        {
            Clients.ReadLater(this);
        }
    }

    /// <summary>Reads what was kept, as far as it goes.</summary>
    public void ReadKept()
    {
        if (IsPaused || IsLeaving)
        {
            return;
        }

        // Taken out meanwhile: a close in the middle must not give the buffer away under the codec's hands.
        var kept = _kept;
        _kept = default;
        kept.Skip(Read(kept.Span));
        if (IsLeaving)
        {
            kept.Free();
        }
        else
        {
            _kept = kept;
        }
    }

    /// <summary>
    /// The one way out: leaves the tables at once; broadcasts and messages before it are sent, then the goodbye; the socket is closed when
    /// the peer is done too, at the latest after the close timeout; then the worker is told.
    /// </summary>
    public void Close(CloseReason reason)
    {
        Settle();
        BeginClose(reason, goodbye: true);
    }

    /// <summary>The same at once: what waits is dropped, the socket is reset.</summary>
    public void Destroy(CloseReason reason) => EndNow(reason);

    /// <inheritdoc/>
    protected override int SendBufferSize => listener.Limits.SendToClientBufferSize;

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
    protected override void OnAllSent()
    {
        if (_peerDone)
        {
            End(abort: false);
        }
        else
        {
            // Closing now would reset the connection if the peer still sends, and could take the goodbye from it.
            Socket.ShutdownSend();
        }
    }

    private int Read(Span<byte> input)
    {
        var used = 0;
        _reading = true;
        while (used < input.Length && !IsPaused && !IsLeaving)
        {
            var status = Codec.TryRead(input[used..], out var frame, out var consumed);
            used += consumed;
            if (status == FrameStatus.NeedMore)
            {
                break;
            }

            if (status == FrameStatus.Refused)
            {
                Clients.Counters.Refused++;
                Reply(frame.Reply);
                BeginClose(frame.Reason, goodbye: false);
                break;
            }

            OnFrame(in frame);
        }

        _reading = false;
        if (State == ConnectionState.Closed)
        {
            Codec.Dispose();
        }

        return used;
    }

    private void OnFrame(in Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Message:
                Heart.HeardMessage(Clients.Wheel.Now);
                Clients.Counters.MessagesIn++;
                Clients.Counters.BytesIn += frame.Payload.Length;
                Clients.Events.OnMessage(this, frame.Payload, frame.Binary);
                break;
            case FrameKind.Handshake:
                OnHandshake(in frame);
                break;
            case FrameKind.Close:
                _peerDone = true;
                Reply(frame.Reply);
                BeginClose(frame.Reason, goodbye: false);
                break;
            default:
                Reply(frame.Reply);
                break;
        }
    }

    private void OnHandshake(in Frame frame)
    {
        RequestHead = frame.Payload.ToArray();
        Path = HandshakeHead.PathOf(frame.Payload);
        Subprotocol = HandshakeHead.SubprotocolOf(frame.Reply);
        RemoteEndPoint = HandshakeHead.ClientOf(frame.Payload, RemoteEndPoint, listener.TrustedProxies);
        State = ConnectionState.Open;

        // Appended before the worker is told and sent after: whatever the callee sends or closes comes behind the answer.
        Reply(frame.Reply);
        SendEarly();
        Heartbeat.Opened(this, Clients);
        Clients.Events.OnWebSocketConnect(this, RequestHead);
    }

    private void BeginClose(CloseReason reason, bool goodbye)
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
        _kept.Free();
        Clients.Leave(this);
        if (PendingBytes == 0)
        {
            OnAllSent();
        }
        else if (_peerDone)
        {
            Drain();
        }

        if (State == ConnectionState.Closing)
        {
            Clients.Wheel.Set(this, Clients.Wheel.Now + Math.Max(1, DeadlineWheel.Ticks(listener.Limits.CloseTimeout)));
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
        _kept.Free();
        if (abort)
        {
            Socket.Abort();
        }
        else
        {
            Socket.Close();
        }

        if (!_reading)
        {
            // Else its callee may still look at the codec's bytes.
            Codec.Dispose();
        }

        Clients.Gone(this, _reason);
    }
}
