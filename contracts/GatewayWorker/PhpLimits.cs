namespace Portico.Contracts.GatewayWorker;

/// <summary>Ceilings for reading serialized PHP values from a peer; past any of them the value is refused.</summary>
public sealed record PhpLimits
{
    /// <summary>Longest value in bytes, references spelled out; 10 MiB is the longest inner packet. Default 10 MiB.</summary>
    public int MaxBytes { get; init; } = 10 * 1024 * 1024;

    /// <summary>Most array and object entries of one value, nested ones counted; bounds memory to some 30 MiB. Default 262144.</summary>
    public int MaxElements { get; init; } = 262_144;

    /// <summary>Deepest nesting. Default 4096, as PHP's unserialize_max_depth.</summary>
    public int MaxDepth { get; init; } = 4096;

    /// <summary>The defaults.</summary>
    public static PhpLimits Default { get; } = new();
}
