using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Transport;

namespace Portico.Gateway.Connections;

/// <summary>
/// The sending half of a connection, lower part: socket and outbox. What is sent goes into the outbox and leaves when the loop has handled
/// its inbox, all in one write; a broadcast to a client for which nothing waits goes to the socket at once. A client that does not take
/// them in time is closed.
/// </summary>
internal abstract class ClientSocket(LoopClients clients, uint id, ListenerSettings listener, IFrameCodec codec)
    : ClientOrigin(clients, id, listener)
{
    /// <summary>The longest frame header that any codec puts before a message.</summary>
    protected const int FrameOverhead = 16;

    private Outbox? _outbox;
    private ConnectionState _state;

    /// <summary>Bytes to frames and back.</summary>
    public IFrameCodec Codec => codec;

    /// <summary>The socket.</summary>
    public TransportSocket Socket { get; protected set; } = null!;

    /// <summary>Where it stands.</summary>
    public ConnectionState State
    {
        get => _state;
        protected set
        {
            if (_state == ConnectionState.Opening && value != ConnectionState.Opening)
            {
                Clients.Opening--;
            }

            _state = value;
        }
    }

    /// <summary>It has left the tables; nothing is sent to it any more.</summary>
    public bool IsLeaving => State >= ConnectionState.Closing;

    /// <summary>Bytes that the kernel has not taken yet.</summary>
    public int PendingBytes => _outbox?.Pending ?? 0;

    /// <summary>The protocol has a ping of its own.</summary>
    public bool HasPing => codec.Format >= WireFormat.WebSocket;

    /// <summary>Sends the protocol's ping.</summary>
    public void SendPing()
    {
        if (Admit(FrameOverhead) is { } outbox)
        {
            _ = codec.TryWritePing(outbox);
            MarkDirty(outbox);
        }
    }

    /// <summary>Gives the kernel what waits, as far as it takes it.</summary>
    public void Drain()
    {
        if (_outbox is { } outbox)
        {
            outbox.Dirty = false;
            if (outbox.Blocked || !outbox.Drain(Socket))
            {
                return;
            }

            FreeOutbox();
        }

        if (State == ConnectionState.Closing)
        {
            OnAllSent();
        }
    }

    /// <inheritdoc cref="ITransportSocketHandler.OnWritable"/>
    public void OnWritable()
    {
        if (_outbox is { } outbox)
        {
            outbox.Blocked = false;
            Drain();
        }
    }

    /// <summary>The client reads too slowly.</summary>
    protected abstract void OnOverflow();

    /// <summary>The goodbye of a closing connection, and all before it, is with the kernel.</summary>
    protected abstract void OnAllSent();

    /// <summary>Appends protocol bytes (an answer to a ping, a handshake or a close), within the same limit as messages.</summary>
    protected void Reply(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 0 && Admit(bytes.Length) is { } outbox)
        {
            outbox.Append(bytes);
            MarkDirty(outbox);
        }
    }

    /// <summary>Appends the goodbye frame, whatever waits.</summary>
    protected void SayGoodbye(CloseReason reason)
    {
        _outbox ??= Clients.Outboxes.Rent();
        codec.WriteClose(_outbox, reason);
    }

    /// <summary>Gives the kernel a shared frame when nothing waits before it; the outbox keeps what it does not take.</summary>
    protected bool TryWriteNow(PreparedMessage message, ReadOnlyMemory<byte> frame)
    {
        if (_outbox is not null)
        {
            return false;
        }

        var taken = Socket.Send(frame.Span);
        if (taken < frame.Length)
        {
            _outbox = Clients.Outboxes.Rent();
            _outbox.Begin(message, frame, taken);
        }

        return true;
    }

    /// <summary>The outbox when it has room for so much; else the client is too slow.</summary>
    protected Outbox? Admit(int size)
    {
        var outbox = _outbox ??= Clients.Outboxes.Rent();
        if (outbox.Admits(size, Listener.Limits.SendToClientBufferSize, Socket))
        {
            return outbox;
        }

        OnOverflow();
        return null;
    }

    /// <summary>Something was appended: the loop shall drain it.</summary>
    protected void MarkDirty(Outbox outbox)
    {
        if (!outbox.Dirty && !outbox.Blocked)
        {
            outbox.Dirty = true;
            Clients.AddDirty(this);
        }
    }

    /// <summary>What waits is dropped, the outbox given back.</summary>
    protected void FreeOutbox()
    {
        if (_outbox is { } outbox)
        {
            _outbox = null;
            Clients.Outboxes.Return(outbox);
        }
    }
}
