using System.Net;
using Portico.Contracts.Ids;
using Portico.Gateway.Protocols;
using Portico.Gateway.Sessions;

namespace Portico.Gateway.Connections;

/// <summary>Who a client is: its number, the listener it came by, its address, what its opening handshake said.</summary>
internal abstract class ClientOrigin(LoopClients clients, uint id, ListenerSettings listener) : ClientSession
{
    /// <summary>Number in the gateway; modulo the count of loops it gives the loop.</summary>
    public uint Id => id;

    /// <summary>Name in the cluster.</summary>
    public ClientId ClientId => new(clients.Address, id);

    /// <summary>The listener it came by.</summary>
    public ListenerSettings Listener => listener;

    /// <summary>Address of the client; behind a trusted proxy what the proxy said.</summary>
    public IPEndPoint RemoteEndPoint { get; protected set; } = null!;

    /// <summary><see cref="Path"/> is known: always but for a WebSocket client before its handshake.</summary>
    public bool HasPath { get; protected set; }

    /// <summary>Path of the handshake without query; / for text and frame listeners.</summary>
    public string Path { get; private set; } = "/";

    /// <summary>The negotiated subprotocol, empty for none.</summary>
    public string Subprotocol { get; private set; } = "";

    /// <summary>The handshake's request head as it came; empty before it and for text and frame listeners.</summary>
    public byte[] RequestHead { get; private set; } = [];

    /// <summary>What Workers keeps for this client (a ClientBinding); set at accept, nobody else looks at it.</summary>
    public object? Binding { get; set; }

    /// <summary>Tick of the loop's wheel at which it was bound to its uid; before that, at which it was accepted. Decides who gets a repeated push.</summary>
    public int BoundAt { get; set; } = clients.Wheel.Now;

    /// <summary>The loop it lives on.</summary>
    protected LoopClients Clients => clients;

    /// <summary>Counted for its address; a client behind a proxy only once its own address is known.</summary>
    protected bool IsCounted { get; set; }

    /// <summary>The peer is a proxy whose word is taken for who the client is.</summary>
    protected bool IsProxied { get; set; }

    /// <summary>
    /// Many clients may stand behind its address (loopback, or a proxy that names no client), or it is this machine's own: limits of an address and
    /// of a second do not hold for it.
    /// </summary>
    protected bool IsExempt { get; set; }

    /// <summary>The application knows it: it has a uid, a group or a session.</summary>
    public bool IsKnown => UidClients is not null || GroupCount > 0 || SessionVersion > 0;

    /// <summary>Where the client really is. False when that address has as many connections as it may.</summary>
    protected bool TryMoveTo(IPEndPoint endPoint)
    {
        RemoteEndPoint = endPoint;
        IsExempt = false;
        return IsCounted || (IsCounted = clients.Addresses.TryAdd(endPoint.Address, isPeer: false, isExempt: false));
    }

    /// <summary>Takes what a valid opening handshake says.</summary>
    protected void TakeHandshake(in Frame frame)
    {
        RequestHead = frame.Payload.ToArray();
        Path = HandshakeHead.PathOf(frame.Payload);
        HasPath = true;
        Subprotocol = frame.Subprotocol ?? "";
    }
}
