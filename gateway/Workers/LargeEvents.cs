using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>
/// Events whose bodies go in parts, and the later events of the same clients, which must not pass them. One part goes with each flush,
/// so other clients' events pass between.
/// </summary>
internal sealed class LargeEvents
{
    private readonly Queue<LargeEvent> _queue = new();
    private ulong _lastId;
    private int _sent;

    /// <summary>Nothing is in it.</summary>
    public bool IsEmpty => _queue.Count == 0;

    /// <summary>Bytes that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds an event with a copy of its body.</summary>
    public void Add(in WorkerEvent posted)
    {
        var added = new LargeEvent
        {
            Client = posted.Client,
            Kind = posted.Kind,
            Number = posted.Number,
            Binary = posted.Binary,
            Redelivered = posted.Redelivered,
            Body = new LargeBody(posted.Body),
        };
        _queue.Enqueue(added);
        posted.Client.Queued++;
        Bytes += added.Cost;
    }

    /// <summary>The next piece of the first event's body, when it goes in parts and some is left.</summary>
    public bool TryNextPart(int partLength, out ulong id, out ReadOnlySpan<byte> part)
    {
        id = 0;
        part = default;
        if (_queue.Count == 0)
        {
            return false;
        }

        var body = _queue.Peek().Body.Span;
        if (body.Length <= partLength || _sent == body.Length)
        {
            return false;
        }

        if (_sent == 0)
        {
            _lastId++;
        }

        id = _lastId;
        part = body.Slice(_sent, Math.Min(partLength, body.Length - _sent));
        _sent += part.Length;
        return true;
    }

    /// <summary>Takes the first event out when all its parts are sent, or when it has none.</summary>
    /// <param name="partLength">Bodies up to this length go whole.</param>
    /// <param name="next">The event.</param>
    /// <param name="id">Id of its parts; 0 when its body goes whole.</param>
    public bool TryTake(int partLength, out LargeEvent next, out ulong id)
    {
        id = 0;
        if (!_queue.TryPeek(out next!))
        {
            return false;
        }

        var inParts = next.Body.Span.Length > partLength;
        if (inParts && _sent < next.Body.Span.Length)
        {
            return false;
        }

        id = inParts ? _lastId : 0;
        _sent = 0;
        Remove();
        return true;
    }

    /// <summary>Takes everything out, oldest first.</summary>
    public bool TryTakeAny(out LargeEvent next)
    {
        var any = _queue.TryPeek(out next!);
        if (any)
        {
            Remove();
        }

        return any;
    }

    private void Remove()
    {
        var removed = _queue.Dequeue();
        removed.Client.Queued--;
        Bytes -= removed.Cost;
    }

    /// <summary>One event that waits.</summary>
    internal sealed class LargeEvent
    {
        /// <summary>Whose.</summary>
        public required ClientBinding Client { get; init; }

        /// <summary>What happened.</summary>
        public required EventKind Kind { get; init; }

        /// <summary>Its number.</summary>
        public required ulong Number { get; init; }

        /// <summary>It came as binary.</summary>
        public required bool Binary { get; init; }

        /// <summary>Another worker may have handled it.</summary>
        public required bool Redelivered { get; init; }

        /// <summary>The body; who takes the event out disposes it.</summary>
        public required LargeBody Body { get; init; }

        /// <summary>Bytes that it counts for.</summary>
        public int Cost => Body.Span.Length + EventBlock.Overhead;
    }
}
