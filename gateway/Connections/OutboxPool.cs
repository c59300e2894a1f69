namespace Portico.Gateway.Connections;

/// <summary>The outboxes of one loop that nobody needs now.</summary>
internal sealed class OutboxPool
{
    private const int Kept = 1024;
    private readonly Stack<Outbox> _free = new();

    /// <summary>Scratch for a vectored write.</summary>
    public ReadOnlyMemory<byte>[] Gathered { get; } = new ReadOnlyMemory<byte>[16];

    /// <summary>An empty outbox.</summary>
    public Outbox Rent() => _free.TryPop(out var outbox) ? outbox : new Outbox(this);

    /// <summary>Takes one back; what is in it is dropped.</summary>
    public void Return(Outbox outbox)
    {
        outbox.Reset();
        if (_free.Count < Kept)
        {
            _free.Push(outbox);
        }
    }
}
