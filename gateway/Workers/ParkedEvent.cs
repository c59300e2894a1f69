using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>An event that waits for a worker, with its own copy of the body.</summary>
internal sealed class ParkedEvent
{
    /// <summary>Copies an event.</summary>
    public ParkedEvent(in WorkerEvent posted)
    {
        Kind = posted.Kind;
        Number = posted.Number;
        Binary = posted.Binary;
        Redelivered = posted.Redelivered;
        Body = posted.Body.ToArray();
    }

    /// <summary>What happened.</summary>
    public EventKind Kind { get; }

    /// <summary>The event's number, which it keeps.</summary>
    public ulong Number { get; }

    /// <summary>The body came as binary.</summary>
    public bool Binary { get; }

    /// <summary>Another worker may have handled it.</summary>
    public bool Redelivered { get; }

    /// <summary>The body.</summary>
    public byte[] Body { get; }

    /// <summary>The next event of the same client.</summary>
    public ParkedEvent? Next { get; set; }

    /// <summary>Bytes that it counts for.</summary>
    public int Cost => Body.Length + EventBlock.Overhead;

    /// <summary>What an event would count for.</summary>
    public static int CostOf(in WorkerEvent posted) => posted.Body.Length + EventBlock.Overhead;
}
