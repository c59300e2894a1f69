using Portico.Gateway.Protocols;

namespace Portico.Gateway.Connections;

/// <summary>
/// The sending half of a connection, upper part: messages, in the order of the calls and after the broadcasts that were issued before;
/// those that come before the opening handshake is done wait for it.
/// </summary>
internal abstract class ClientOutput(LoopClients clients, uint id, ListenerSettings listener, IFrameCodec codec)
    : ClientSocket(clients, id, listener, codec)
{
    private EarlyMessages? _early;

    /// <summary>Number of the last broadcast that this client got, or that was before its time.</summary>
    public ulong AppliedBroadcast { get; set; }

    /// <summary>Sends a message after everything that was sent before. False when the client is going or reads too slowly.</summary>
    public bool Send(ReadOnlySpan<byte> payload, bool binary)
    {
        Settle();
        if (IsLeaving)
        {
            return false;
        }

        if (Codec.IsOpen)
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

        if (!Codec.IsOpen && !message.Raw)
        {
            return AddEarly(message);
        }

        if (message.IsPrivateTo(Codec))
        {
            return Encode(message.Payload, message.Binary);
        }

        var frame = message.For(Codec);
        Clients.Counters.MessagesOut++;
        if (direct && TryWriteNow(message, frame))
        {
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

    /// <summary>Applies the broadcasts that were issued before what comes now.</summary>
    public void Settle()
    {
        if (Clients.Broadcasts.Any)
        {
            Clients.Broadcasts.Settle(this);
        }
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

    private bool Encode(ReadOnlySpan<byte> payload, bool binary)
    {
        if (Admit(payload.Length + FrameOverhead) is not { } outbox)
        {
            return false;
        }

        Codec.WriteMessage(outbox, payload, binary);
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
}
