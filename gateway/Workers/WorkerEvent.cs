using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>One event on its way to a link (gateway.proto, Event). The body is gone after the call.</summary>
internal readonly ref struct WorkerEvent
{
    /// <summary>The client it is about; for CLOSE the reason stands there.</summary>
    public required ClientBinding Client { get; init; }

    /// <summary>What happened.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>The client's event number, from 1; 0 for ADOPT and for the CONNECT of a WebSocket client.</summary>
    public required ulong Number { get; init; }

    /// <summary>Message bytes; empty for the other kinds (the request head stands in the client).</summary>
    public ReadOnlySpan<byte> Body { get; init; }

    /// <summary>The message came as binary.</summary>
    public bool Binary { get; init; }

    /// <summary>Another worker may have handled it.</summary>
    public bool Redelivered { get; init; }
}
