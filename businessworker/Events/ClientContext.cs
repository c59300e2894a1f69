using System.Globalization;
using System.Net;
using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// A client as a module sees it: a socket on another machine that looks local. Belongs to the callback it is given to; after the callback
/// keep only its <see cref="Id"/>. What it is told leaves in the order told, together with all else this worker sends to that gateway's loop.
/// </summary>
public sealed class ClientContext
{
    private readonly IClientLink _link;
    private SessionData? _session;
    private byte[] _sessionBytes = [];
    private CancellationTokenSource? _aborted;
    private ulong _eventNumber;
    private ulong _sessionPosted;
    private ulong _uidPosted;

    internal ClientContext(IClientLink link, uint connection)
    {
        _link = link;
        Connection = connection;
    }

    /// <summary>Its name in the cluster.</summary>
    public ClientId Id => new(_link.Gateway, Connection);

    /// <summary>Tells the gateway from one that stood at the same address before.</summary>
    internal ulong GatewayEpoch => _link.Epoch;

    /// <summary>The uid it is bound to; null when none.</summary>
    public string? Uid { get; private set; }

    /// <summary>Its session, shared with PHP workers; what a callback changes is stored when the callback ends.</summary>
    public SessionData Session => _session ??= new SessionData(StoredSession);

    /// <summary>Its address; null when the gateway does not know.</summary>
    public IPEndPoint? RemoteEndPoint => Origin.RemoteEndPoint();

    /// <summary>The listener as configured, for example "websocket://0.0.0.0:8282".</summary>
    public string Listener => Origin.Listener;

    /// <summary>The listener's public port.</summary>
    public int ListenerPort => (int)Origin.ListenerPort;

    /// <summary>Path without query; "/" on text and frame listeners.</summary>
    public string Path => Origin.Path;

    /// <summary>The negotiated subprotocol, "" when none.</summary>
    public string Subprotocol => Origin.Subprotocol;

    /// <summary>It knows frames that old clients do not (subprotocol <c>portico.v1</c>).</summary>
    public bool SpeaksPortico => Origin.SpeaksSubprotocol("portico.v1"u8);

    /// <summary>The request that opened the WebSocket.</summary>
    public HandshakeRequest Handshake => Origin.Handshake;

    /// <summary>Fires when the client is gone, though its close may still have to wait for this callback.</summary>
    public CancellationToken Aborted => Gone ? new CancellationToken(true) : AbortSource().Token;

    /// <summary>Another worker may have handled this event.</summary>
    public bool Redelivered { get; private set; }

    /// <summary>Names this event for ever, also when it is delivered again: "epoch-connection-number" in hex.</summary>
    public string EventId => string.Create(CultureInfo.InvariantCulture, $"{_link.Epoch:x}-{Connection:x}-{_eventNumber:x}");

    /// <summary>In <see cref="IEvents.OnClose"/>: why.</summary>
    public CloseReason CloseReason { get; internal set; }

    internal uint Connection { get; }

    internal ClientOrigin Origin { get; set; } = ClientOrigin.None;

    /// <summary>The module that serves it; null when none does.</summary>
    internal IEvents? Module { get; set; }

    /// <summary>Present once a callback has awaited: what came meanwhile.</summary>
    internal object? Lane { get; set; }

    internal bool Gone { get; private set; }

    /// <summary>Sends a message. Await it when there are many: it is complete at once unless the link is behind.</summary>
    public ValueTask SendAsync(ReadOnlySpan<byte> message, bool binary = false) => _link.SendAsync(Connection, message, binary);

    /// <summary>Sends a message.</summary>
    public ValueTask SendAsync(string message) => SendAsync(Encoding.UTF8.GetBytes(message));

    /// <summary>Sends a message back as it came.</summary>
    public ValueTask SendAsync(ClientMessage message) => _link.SendAsync(Connection, message.Span, message.Binary);

    /// <summary>Ends the connection after what waits for the client was sent.</summary>
    public ValueTask CloseAsync(CloseReason reason) => _link.CloseAsync(Connection, reason, default, false);

    /// <summary>Ends the connection after a last message.</summary>
    public ValueTask CloseAsync(CloseReason reason, ReadOnlySpan<byte> lastMessage) => _link.CloseAsync(Connection, reason, lastMessage, true);

    /// <summary>Binds the client to a uid.</summary>
    public ValueTask BindUidAsync(string uid)
    {
        Uid = uid;
        var posted = _link.BindUidAsync(Connection, uid);
        _uidPosted = _link.Posted;
        return posted;
    }

    /// <summary>Takes the uid away.</summary>
    public ValueTask UnbindUidAsync()
    {
        Uid = null;
        var posted = _link.UnbindUidAsync(Connection);
        _uidPosted = _link.Posted;
        return posted;
    }

    /// <summary>Puts the client into a group.</summary>
    public ValueTask JoinGroupAsync(string group) => _link.JoinGroupAsync(Connection, group);

    /// <summary>Takes the client out of a group.</summary>
    public ValueTask LeaveGroupAsync(string group) => _link.LeaveGroupAsync(Connection, group);

    internal void Begin(ulong eventNumber, bool redelivered)
    {
        _eventNumber = eventNumber;
        Redelivered = redelivered;
        _session = null;
    }

    /// <summary>What is stored now; the next callback sees it.</summary>
    internal byte[] StoredSession
    {
        get => Volatile.Read(ref _sessionBytes);
        private set => Volatile.Write(ref _sessionBytes, value);
    }

    /// <summary>After a callback: stores what it changed.</summary>
    internal ValueTask StoreSessionAsync()
    {
        if (_session is not { IsModified: true } session)
        {
            return default;
        }

        // The next callback begins with what was stored now.
        _session = null;
        var bytes = session.ToBytes().ToArray();
        StoredSession = bytes;
        var posted = _link.SetSessionAsync(Connection, bytes);
        _sessionPosted = _link.Posted;
        return posted;
    }

    /// <summary>The session as the gateway has it, or as this worker set it by another way.</summary>
    /// <param name="session">The bytes.</param>
    /// <param name="asOf">What had been posted when the gateway said so.</param>
    internal void NoteSession(byte[] session, ulong asOf)
    {
        if (asOf >= _sessionPosted)
        {
            StoredSession = session;
            _sessionPosted = asOf;
        }
    }

    /// <summary>Likewise of the uid.</summary>
    internal void NoteUid(string? uid, ulong asOf)
    {
        if (asOf >= _uidPosted)
        {
            Uid = uid;
            _uidPosted = asOf;
        }
    }

    /// <summary>After a callback that failed: its changes are not kept.</summary>
    internal void DropSessionChanges() => _session = null;

    internal void MarkGone()
    {
        Gone = true;
        Interlocked.CompareExchange(ref _aborted, null, null)?.Cancel();
    }

    private CancellationTokenSource AbortSource()
    {
        var source = new CancellationTokenSource();
        var first = Interlocked.CompareExchange(ref _aborted, source, null);
        if (first is not null)
        {
            source.Dispose();
            return first;
        }

        // The client may have left between the look at Gone and now.
        if (Gone)
        {
            source.Cancel();
        }

        return source;
    }
}
