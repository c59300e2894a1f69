using System.Net;

namespace Portico.Contracts.Rpc;

/// <summary>How calls are taken in.</summary>
public sealed record RpcServerOptions
{
    /// <summary>Largest message received, in bytes (4 MiB).</summary>
    public int MaxReceiveMessageSize { get; init; } = RpcFraming.DefaultMaxMessageSize;

    /// <summary>The key that callers must show; open by default.</summary>
    public RpcSecretKey SecretKey { get; init; } = RpcSecretKey.Open;

    /// <summary>Told of every call without a right key, with the caller's address; may come many times a second.</summary>
    public Action<EndPoint?>? OnRefusedKey { get; init; }

    /// <summary>
    /// Ends every stream, with UNAVAILABLE, when it fires (unary calls are finished). Null: the start of the host's stop. A role that
    /// has something to say on its streams while it stops gives its own.
    /// </summary>
    public CancellationToken? Stopping { get; init; }

    /// <summary>Clock of the deadlines.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Told of every exception of a handler that became INTERNAL, with the path of the call: the peer learns nothing of it.</summary>
    public Action<string, Exception>? OnFault { get; init; }
}
