using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Gateway.Protocols;
using Portico.Gateway.Sessions;
using Portico.Gateway.Transport;

namespace Portico.Gateway.Connections;

/// <summary>
/// The clients of one loop: their tables, what they share, and the work that is done for all of them in a turn. Everything in it
/// belongs to the loop's thread.
/// </summary>
internal sealed class LoopClients(LoopPlace place, ConnectionNumbers numbers)
{
    // One send() is about a microsecond: a turn spends a few milliseconds at most before sockets are looked at again.
    private const int DrainsPerTurn = 2048;
    private const int DeliveriesPerTurn = 512;
    private readonly Queue<ClientSocket> _dirty = new();
    private readonly Queue<ClientReading> _readLater = new();
    private bool _told;

    /// <summary>Clients whose numbers come in an order of this start's own.</summary>
    public LoopClients(LoopPlace place)
        : this(place, new ConnectionNumbers(place.Index, place.Count))
    {
    }

    /// <summary>Inner address of the gateway.</summary>
    public GatewayAddress Address => place.Address;

    /// <summary>The gateway has no other loop.</summary>
    public bool IsOnlyLoop => place.Count == 1;

    /// <summary>Whoever is told of what clients do; set before the first client.</summary>
    public required IClientEvents Events { get; set; }

    /// <summary>Connections by client address, of all loops.</summary>
    public AddressCounts Addresses { get; init; } = new(0);

    /// <summary>Memory of unfinished messages, of all loops.</summary>
    public PartialBudget Partials { get; init; } = new(long.MaxValue);

    /// <summary>Connections that are not leaving.</summary>
    public ConnectionTable Table { get; } = new(numbers);

    /// <summary>Connections of <see cref="Table"/> whose opening handshake is not done.</summary>
    public int Opening { get; set; }

    /// <summary>Connections that say goodbye.</summary>
    public ClientList Leaving { get; } = new();

    /// <summary>Clients by uid.</summary>
    public UidIndex Uids { get; } = new();

    /// <summary>Clients by group.</summary>
    public GroupIndex Groups { get; } = new();

    /// <summary>Messages on their way to many.</summary>
    public Broadcasts Broadcasts { get; } = new();

    /// <summary>Outboxes that nobody needs now.</summary>
    public OutboxPool Outboxes { get; } = new();

    /// <summary>Messages that nobody needs now.</summary>
    public MessagePool Messages { get; } = new();

    /// <summary>Who is to be looked at when.</summary>
    public DeadlineWheel Wheel { get; } = new();

    /// <summary>What happened.</summary>
    public ClientCounters Counters { get; } = new();

    /// <summary>Takes over an accepted socket; null when its address has as many connections as it may. The worker is told of it
    /// before its first byte is read, of one behind a proxy when its first bytes show whether the proxy says who it is.</summary>
    public ClientConnection? Accept(IClientTransport transport, AcceptedSocket accepted, ListenerSettings listener, IFrameCodec codec)
    {
        // A proxy has many clients: each is counted when the proxy has said who it is.
        var peer = accepted.RemoteEndPoint.Address;
        if (!listener.ClientAddress.IsTrusted(peer) && !Addresses.TryAdd(peer, isPeer: !accepted.IsNamedByProxy, ClientConnection.IsExemptPeer(accepted)))
        {
            Counters.TurnedAway++;
            accepted.Discard();
            codec.Dispose();
            return null;
        }

        var client = new ClientConnection(this, Table.NextId(), listener, codec) { AppliedBroadcast = Broadcasts.Latest };
        Table.Add(client);
        Opening++;
        Counters.Accepted++;
        client.Start(transport.Adopt(accepted, client), accepted);
        if (!client.AwaitsProxyHeader)
        {
            client.TellConnect();
        }

        return client;
    }

    /// <summary>A message for several clients, with one reference that the caller releases.</summary>
    public PreparedMessage Prepare(ReadOnlySpan<byte> payload, bool binary, bool raw) => Messages.Rent(payload, binary, raw);

    /// <summary>
    /// After the inbox: what waits for clients is sent, broadcasts go on, clients that may be read again are. True when work is left or the
    /// worker was told something, so that the loop must not sleep before its links are flushed.
    /// </summary>
    public bool AfterInbox(int deliveries = DeliveriesPerTurn)
    {
        ReadResumed();
        Drain(DrainsPerTurn);
        if (Broadcasts.Any)
        {
            _ = Broadcasts.Continue(deliveries);
            Drain(DrainsPerTurn);
        }

        var told = _told;
        _told = false;
        return told || Broadcasts.Any || _dirty.Count > 0 || _readLater.Count > 0;
    }

    /// <summary>Deadlines and heartbeats; <paramref name="now"/> in milliseconds of any monotonic clock, every quarter of a second.</summary>
    public void OnTick(long now)
    {
        Wheel.Advance(now);
        Drain(DrainsPerTurn);
    }

    /// <summary>Closes every client, each after what was sent to it, and after the answers to what it sent, for which it has so much time.</summary>
    public void CloseAll(CloseReason reason, TimeSpan patience) => Each(Table.All, client => _ = client.CloseAnswered(reason, patience));

    /// <summary>The same for one client of <paramref name="of"/>, rounded down, those first that came first.</summary>
    public void CloseShare(long of, CloseReason reason, TimeSpan patience)
    {
        var left = Table.Count / of;
        Each(Table.All, client => left -= left > 0 && client.CloseAnswered(reason, patience) ? 1 : 0);
    }

    /// <summary>Drops every connection that is left, the leaving ones too.</summary>
    public void DestroyAll(CloseReason reason)
    {
        Each(Table.All, client => client.Destroy(reason));
        Each(Leaving, client => client.Destroy(reason));
    }

    /// <summary>Something waits in the client's outbox.</summary>
    public void AddDirty(ClientSocket client) => _dirty.Enqueue(client);

    /// <summary>The client kept bytes that can be read now.</summary>
    public void ReadLater(ClientReading client) => _readLater.Enqueue(client);

    /// <summary>A client begins to leave: nobody finds it any more.</summary>
    public void Leave(ClientConnection client)
    {
        Table.Remove(client);
        Uids.Release(client);
        Groups.LeaveAll(client);
        client.TableSlot = Leaving.Add(client);
    }

    /// <summary>A client's socket is closed.</summary>
    public void Gone(ClientConnection client, CloseReason reason)
    {
        Leaving.RemoveAt(client.TableSlot);
        Counters.Closed++;
        if (client.IsTold)
        {
            _told = true;
            Events.OnClose(client, reason);
        }
    }

    private static void Each(ClientList list, Action<ClientConnection> action)
    {
        list.Pin();
        for (var i = 0; i < list.Slots.Length; i++)
        {
            if (list.Slots[i] is ClientConnection client)
            {
                action(client);
            }
        }

        list.Unpin();
    }

    private void ReadResumed()
    {
        // Whoever is paused again while it is read comes to the end of the queue, for the next turn.
        for (var left = _readLater.Count; left > 0; left--)
        {
            _told = true;
            _readLater.Dequeue().ReadKept();
        }
    }

    private void Drain(int most)
    {
        for (var left = Math.Min(most, _dirty.Count); left > 0; left--)
        {
            _dirty.Dequeue().Drain();
        }
    }
}
