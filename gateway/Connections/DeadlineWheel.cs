namespace Portico.Gateway.Connections;

/// <summary>
/// When to look at which connection: one entry for each, in lists by due tick, so that ten thousand idle connections cost nothing
/// until they are due. The lists run through the connections themselves. A tick is a quarter of a second.
/// </summary>
internal sealed class DeadlineWheel
{
    /// <summary>Milliseconds of a tick.</summary>
    public const int TickMilliseconds = 250;

    private const int Buckets = 512;
    private readonly ClientConnection?[] _heads = new ClientConnection?[Buckets];
    private long? _start;

    /// <summary>Ticks since the first <see cref="Advance"/>.</summary>
    public int Now { get; private set; }

    /// <summary>A span of time in ticks, rounded up; 0 for zero.</summary>
    public static int Ticks(TimeSpan time) => (int)Math.Min(int.MaxValue / 2, Math.Ceiling(time.TotalMilliseconds / TickMilliseconds));

    /// <summary>Has the connection looked at in tick <paramref name="due"/> or soon after; an earlier entry of it is forgotten.</summary>
    public void Set(ClientConnection client, int due)
    {
        Remove(client);
        client.Wheel.Due = Math.Max(due, Now + 1);
        ref var head = ref _heads[client.Wheel.Due % Buckets];
        client.Wheel.Next = head;
        if (head is not null)
        {
            head.Wheel.Previous = client;
        }

        head = client;
    }

    /// <summary>Forgets the connection's entry.</summary>
    public void Remove(ClientConnection client)
    {
        if (client.Wheel.Due == 0)
        {
            return;
        }

        if (client.Wheel.Previous is { } previous)
        {
            previous.Wheel.Next = client.Wheel.Next;
        }
        else
        {
            _heads[client.Wheel.Due % Buckets] = client.Wheel.Next;
        }

        if (client.Wheel.Next is { } next)
        {
            next.Wheel.Previous = client.Wheel.Previous;
        }

        client.Wheel.Next = null;
        client.Wheel.Previous = null;
        client.Wheel.Due = 0;
    }

    /// <summary>The clock says <paramref name="milliseconds"/>: calls <see cref="ClientConnection.OnDue"/> of all that are due.</summary>
    public void Advance(long milliseconds)
    {
        _start ??= milliseconds;
        var target = (int)((milliseconds - _start.Value) / TickMilliseconds);

        // After a long sleep every bucket is looked at once, with the clock at its end: what is due in it is due now.
        var turns = Math.Min(target - Now, Buckets);
        for (var bucket = target - turns + 1; bucket <= target; bucket++)
        {
            Now = turns == Buckets ? target : bucket;
            Run(bucket % Buckets, Now);
        }
    }

    private void Run(int bucket, int target)
    {
        // What is due may set itself again, at the head of this or another list, or end others: take one, start again.
        while (FirstDue(bucket, target) is { } client)
        {
            Remove(client);
            client.OnDue();
        }
    }

    private ClientConnection? FirstDue(int bucket, int target)
    {
        for (var client = _heads[bucket]; client is not null; client = client.Wheel.Next)
        {
            if (client.Wheel.Due <= target)
            {
                return client;
            }
        }

        return null;
    }
}
