using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Transport;

namespace Portico.Gateway.Connections;

/// <summary>
/// The sending half of a connection. Messages go into the outbox and leave when the loop has handled its inbox, all in one write; a
/// broadcast to a client for which nothing waits goes to the socket at once. A client that does not take them in time is closed.
/// </summary>
internal abstract class ClientOutput(LoopClients clients, uint id, ListenerSettings listener, IFrameCodec codec)
    : ClientOrigin(clients, id, listener)
{
    // The longest frame header that any codec puts before a message.
    private const int FrameOverhead = 16;

    private Outbox? _outbox;
    private EarlyMessages? _early;

    /// <summary>Bytes to frames and back.</summary>
    public IFrameCodec Codec => codec;

    /// <summary>The socket.</summary>
    public TransportSocket Socket { get; protected set; } = null!;

    /// <summary>Where it stands.</summary>
    public ConnectionState State { get; protected set; }

    /// <summary>Number of the last broadcast that this client got, or that was before its time.</summary>
    public ulong AppliedBroadcast { get; set; }

    /// <summary>It has left the tables; nothing is sent to it any more.</summary>
    public bool IsLeaving => State >= ConnectionState.Closing;

    /// <summary>Bytes that the kernel has not taken yet.</summary>
    public int PendingBytes => _outbox?.Pending ?? 0;

    /// <summary>Sends a message after everything that was sent before. False when the client is going or reads too slowly.</summary>
    public bool Send(ReadOnlySpan<byte> payload, bool binary)
    {
        Settle();
        if (IsLeaving)
        {
            return false;
        }

        if (codec.IsOpen)
        {
            return Encode(payload, binary);
        }

        var message = Clients.Prepare(payload, binary, raw: false);
        var taken = AddEarly(message);
        message.Release();
        return taken;
    }

    /// <summary>Sends a message that several clients get.</summary>
    public bool Send(PreparedMessage message)
    {
        Settle();
        return Deliver(message, direct: false);
    }

    /// <summary>Sends bytes as they are, also before the opening handshake is done.</summary>
    public bool SendRaw(ReadOnlySpan<byte> bytes)
    {
        Settle();
        if (IsLeaving || Admit(bytes.Length) is not { } outbox)
        {
            return false;
        }

        outbox.Append(bytes);
        MarkDirty(outbox);
        return true;
    }

    /// <summary>
    /// Like <see cref="Send(PreparedMessage)"/> without a look at broadcasts, which is for <see cref="Broadcasts"/>.
    /// With <paramref name="direct"/> the kernel gets the shared bytes at once when nothing waits.
    /// </summary>
    public bool Deliver(PreparedMessage message, bool direct)
    {
        if (IsLeaving)
        {
            return false;
        }

        if (!codec.IsOpen && !message.Raw)
        {
            return AddEarly(message);
        }

        if (message.IsPrivateTo(codec))
        {
            return Encode(message.Payload, message.Binary);
        }

        var frame = message.For(codec);
        Clients.Counters.MessagesOut++;
        if (direct && _outbox is null)
        {
            var taken = Socket.Send(frame.Span);
            if (taken < frame.Length)
            {
                _outbox = Clients.Outboxes.Rent();
                _outbox.Begin(message, frame, taken);
            }

            return true;
        }

        if (Admit(frame.Length) is not { } outbox)
        {
            return false;
        }

        outbox.Append(message, frame);
        MarkDirty(outbox);
        return true;
    }

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

    /// <summary>Applies the broadcasts that were issued before what comes now.</summary>
    public void Settle()
    {
        if (Clients.Broadcasts.Any)
        {
            Clients.Broadcasts.Settle(this);
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

    /// <summary>The opening handshake is done: sends what was sent before it.</summary>
    protected void SendEarly()
    {
        if (_early is { } early)
        {
            _early = null;
            early.SendTo(this);
        }
    }

    /// <summary>Drops everything that waits.</summary>
    protected void DropOutput()
    {
        _early?.Drop();
        _early = null;
        FreeOutbox();
    }

    private void FreeOutbox()
    {
        if (_outbox is { } outbox)
        {
            _outbox = null;
            Clients.Outboxes.Return(outbox);
        }
    }

    private bool Encode(ReadOnlySpan<byte> payload, bool binary)
    {
        if (Admit(payload.Length + FrameOverhead) is not { } outbox)
        {
            return false;
        }

        codec.WriteMessage(outbox, payload, binary);
        Clients.Counters.MessagesOut++;
        MarkDirty(outbox);
        return true;
    }

    private bool AddEarly(PreparedMessage message)
    {
        _early ??= new EarlyMessages();
        if (_early.TryAdd(message, Listener.Limits.SendToClientBufferSize))
        {
            return true;
        }

        OnOverflow();
        return false;
    }

    private Outbox? Admit(int size)
    {
        var outbox = _outbox ??= Clients.Outboxes.Rent();
        if (outbox.Admits(size, Listener.Limits.SendToClientBufferSize, Socket))
        {
            return outbox;
        }

        OnOverflow();
        return null;
    }

    private void MarkDirty(Outbox outbox)
    {
        if (!outbox.Dirty && !outbox.Blocked)
        {
            outbox.Dirty = true;
            Clients.AddDirty(this);
        }
    }
}
