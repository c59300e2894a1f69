using System.Net;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.Proxies;

namespace Portico.Gateway.Connections;

/// <summary>The receiving half of a connection, upper part: frames to events, within the limits of one client.</summary>
internal abstract class ClientInput(LoopClients clients, uint id, ListenerSettings listener, IFrameCodec codec)
    : ClientReading(clients, id, listener, codec)
{
    private static readonly CloseReason NoRoomForPartials = new(1013, "too many unfinished messages, try again later");
    private static readonly CloseReason TooManyFromAddress = new(1013, "too many connections from this address");
    private RateLimiter? _rate;
    private Refusal? _refusal;

    /// <summary>The peer is a trusted proxy, and its first bytes, which may say who the client is, have not come yet.</summary>
    public bool AwaitsProxyHeader { get; private set; }

    /// <summary>The worker was told of it, and so will be told of its end.</summary>
    public bool IsTold { get; private set; }

    /// <summary>Makes it known to the worker.</summary>
    public void TellConnect()
    {
        IsTold = true;
        Clients.Events.OnConnect((ClientConnection)this);
    }

    /// <summary>The worker has handled every event of this client.</summary>
    public void OnHandled()
    {
        if (_refusal is not null)
        {
            // Not now: the answers to them may stand behind the acknowledgement.
            Clients.ReadLater(this);
        }
    }

    /// <inheritdoc/>
    public override void ReadKept()
    {
        if (_refusal is null)
        {
            base.ReadKept();
        }
        else
        {
            EndRefused();
        }
    }

    /// <summary>It is not read any more and waits to be closed.</summary>
    protected bool IsRefused => _refusal is not null;

    /// <summary>Closes whom <see cref="IsRefused"/> holds for.</summary>
    protected void EndRefused()
    {
        if (_refusal is { } refusal && !IsLeaving)
        {
            _refusal = null;
            Settle();
            Reply(refusal.Reply.Span);
            BeginClose(refusal.Reason, refusal.Goodbye);
        }
    }

    /// <summary>Its worker has events of it that are not handled: their answers may still come.</summary>
    protected bool HasUnhandled => State == ConnectionState.Open && IsTold && Clients.Events.HasUnhandled((ClientConnection)this);

    /// <summary>Reads no more, and ends when the worker has handled what came before, or that time is over.</summary>
    protected void EndLater(Refusal refusal, TimeSpan patience)
    {
        _refusal = refusal;
        PauseReading(PauseCause.Refused);
        Clients.Wheel.Set((ClientConnection)this, Clients.Wheel.Now + DeadlineWheel.Ticks(patience));
    }

    /// <summary>Begins to leave; <paramref name="goodbye"/>: the peer does not know yet.</summary>
    protected abstract void BeginClose(CloseReason reason, bool goodbye);

    /// <summary>The first bytes may be what a trusted proxy says of the client (PROXY protocol).</summary>
    protected void AwaitProxyHeader() => AwaitsProxyHeader = true;

    /// <inheritdoc/>
    protected override bool TryPreamble(ReadOnlySpan<byte> input, out int used)
    {
        used = 0;
        return !AwaitsProxyHeader || TryProxyHeader(input, out used);
    }

    /// <inheritdoc/>
    protected override void OnRefused(in Frame frame)
    {
        // What it sent before it broke the protocol is still answered, within the time that a close may take.
        Clients.Counters.Refused++;
        if (HasUnhandled)
        {
            EndLater(new Refusal(frame.Reply.ToArray(), frame.Reason, Goodbye: false), Listener.Limits.CloseTimeout);
            return;
        }

        Reply(frame.Reply);
        BeginClose(frame.Reason, goodbye: false);
    }

    /// <inheritdoc/>
    protected override void OnNoRoom()
    {
        Clients.Counters.Refused++;
        BeginClose(NoRoomForPartials, goodbye: true);
    }

    /// <inheritdoc/>
    protected override void OnFrame(in Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Message:
                OnMessage(in frame);
                break;
            case FrameKind.Handshake:
                OnHandshake(in frame);
                break;
            case FrameKind.Close:
                Reply(frame.Reply);
                BeginClose(frame.Reason, goodbye: false);
                break;
            default:
                Reply(frame.Reply);
                break;
        }
    }

    private void OnMessage(in Frame frame)
    {
        Heart.HeardMessage(Clients.Wheel.Now);
        Clients.Counters.MessagesIn++;
        Clients.Counters.BytesIn += frame.Payload.Length;
        var length = frame.Payload.Length;
        Clients.Events.OnMessage((ClientConnection)this, frame.Payload, frame.Binary);
        if (!IsExempt && RateLimiter.IsNeeded(Listener.Limits) && !IsLeaving)
        {
            Slow(length);
        }
    }

    private void Slow(int bytes)
    {
        var now = (long)Clients.Wheel.Now * DeadlineWheel.TickMilliseconds;
        var wait = (_rate ??= new RateLimiter(Listener.Limits, now)).Take(bytes, now);
        if (wait < 0)
        {
            Clients.Counters.TooFast++;
            BeginClose(CloseReason.TooFast, goodbye: true);
        }
        else if (wait > 0)
        {
            Heartbeat.Slow((ClientConnection)this, Clients.Wheel, wait);
        }
    }

    private bool TryProxyHeader(ReadOnlySpan<byte> input, out int used)
    {
        var status = ProxyHeader.TryRead(input, out var client, out used);
        AwaitsProxyHeader = status == ProxyHeaderStatus.NeedMore;
        if (status == ProxyHeaderStatus.Malformed)
        {
            Clients.Counters.Refused++;
            BeginClose(CloseReason.ProtocolError, goodbye: false);
        }
        else if (client is not null && Listener.ClientAddress.IsTrusted(client.Address))
        {
            // A proxy before the proxy, which cannot say more: its address, and counted for no client.
            RemoteEndPoint = client;
        }
        else if (client is not null)
        {
            MoveTo(client);
        }

        if (AwaitsProxyHeader || IsLeaving)
        {
            return false;
        }

        TellConnect();
        return true;
    }

    private void MoveTo(IPEndPoint client)
    {
        IsProxied = false;
        if (!TryMoveTo(client))
        {
            Clients.Counters.TurnedAway++;
            BeginClose(TooManyFromAddress, goodbye: true);
        }
    }

    private void OnHandshake(in Frame frame)
    {
        TakeHandshake(in frame);
        State = ConnectionState.Open;
        Heartbeat.Begin((ClientConnection)this, Clients);

        // Appended before the worker is told and sent after: whatever the callee sends or closes comes behind the answer.
        Reply(frame.Reply);
        if (IsProxied && HandshakeHead.ClientOf(frame.Payload, Listener.ClientAddress) is { } address)
        {
            // The port that the proxy saw is not known.
            MoveTo(new IPEndPoint(address, 0));
        }

        SendEarly();
        if (!IsLeaving)
        {
            Clients.Events.OnWebSocketConnect((ClientConnection)this, RequestHead);
        }
    }
}
