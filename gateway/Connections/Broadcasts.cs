namespace Portico.Gateway.Connections;

/// <summary>
/// The broadcasts of one loop that are not finished, oldest first. The loop gives them a little time each turn (<see cref="Continue(int)"/>),
/// so that ten thousand deliveries do not hold up the others. Order per client is kept: whatever comes for a client (a send, a join, a
/// close) first applies to it what was broadcast before (<see cref="Settle"/>); a number on the client says how far it is.
/// </summary>
internal sealed class Broadcasts
{
    // Past this, the loop finishes them before it takes the next command: a sender cannot make the queue grow for ever.
    private const int MostPending = 256;
    private const long MostPendingBytes = 16 * 1024 * 1024;
    private readonly List<Broadcast> _pending = [];
    private long _bytes;

    /// <summary>Some are not finished.</summary>
    public bool Any => _pending.Count > 0;

    /// <summary>Number of the newest; a client that connects now is told to be that far.</summary>
    public ulong Latest { get; private set; }

    /// <summary>Takes a message for a list's clients. The clients are those of now, though most get it later.</summary>
    public void Add(Broadcast broadcast)
    {
        if (_pending.Count >= MostPending || _bytes >= MostPendingBytes || (Any && broadcast.List.IsSparse))
        {
            _ = Continue(int.MaxValue);
        }

        broadcast.Number = ++Latest;
        broadcast.Message.AddReference();
        broadcast.List.Pin();
        _bytes += broadcast.Message.Payload.Length;
        _pending.Add(broadcast);
    }

    /// <summary>Gives a client what was broadcast before now and has not reached it yet.</summary>
    public void Settle(ClientOutput output)
    {
        var client = (ClientConnection)output;
        for (var i = 0; i < _pending.Count && !client.IsLeaving; i++)
        {
            var broadcast = _pending[i];
            if (broadcast.Number > client.AppliedBroadcast)
            {
                client.AppliedBroadcast = broadcast.Number;
                if (broadcast.Concerns(client))
                {
                    _ = client.Deliver(broadcast.Message, direct: false);
                }
            }
        }
    }

    /// <summary>Makes up to <paramref name="budget"/> deliveries. True when some are left.</summary>
    public bool Continue(int budget)
    {
        while (_pending.Count > 0)
        {
            var broadcast = _pending[0];
            budget = Continue(broadcast, budget);
            if (broadcast.Position < broadcast.List.Slots.Length)
            {
                return true;
            }

            Finish(broadcast);
        }

        return false;
    }

    private int Continue(Broadcast broadcast, int budget)
    {
        var slots = broadcast.List.Slots;
        var position = broadcast.Position;
        for (; position < slots.Length && budget > 0; position++)
        {
            if (slots[position] is not ClientConnection client || client.AppliedBroadcast >= broadcast.Number)
            {
                continue;
            }

            budget--;
            if (_pending.Count > 1)
            {
                // Several wait: the client gets them all in one write.
                Settle(client);
                client.Drain();
                continue;
            }

            client.AppliedBroadcast = broadcast.Number;
            if (broadcast.Includes(client))
            {
                _ = client.Deliver(broadcast.Message, direct: true);
            }
        }

        broadcast.Position = position;
        return budget;
    }

    private void Finish(Broadcast broadcast)
    {
        _pending.RemoveAt(0);
        _bytes -= broadcast.Message.Payload.Length;
        broadcast.List.Unpin();
        broadcast.Message.Release();
    }
}
