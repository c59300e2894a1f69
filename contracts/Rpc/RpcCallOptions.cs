namespace Portico.Contracts.Rpc;

/// <summary>What one call adds to its channel.</summary>
public readonly record struct RpcCallOptions
{
    /// <summary>Time until the call ends with DEADLINE_EXCEEDED, on both sides; null: never.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Further metadata; null: none.</summary>
    public RpcMetadata? Metadata { get; init; }
}
