using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>An event that waits for a worker, with its own copy of the body.</summary>
internal sealed class ParkedEvent
{
    /// <summary>What happened.</summary>
    public EventKind Kind { get; init; }

    /// <summary>The event's number, which it keeps.</summary>
    public ulong Number { get; init; }

    /// <summary>The body came as binary.</summary>
    public bool Binary { get; init; }

    /// <summary>Another worker may have handled it.</summary>
    public bool Redelivered { get; init; }

    /// <summary>The body.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>The next event of the same client.</summary>
    public ParkedEvent? Next { get; set; }
}
