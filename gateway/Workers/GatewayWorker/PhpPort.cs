using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>What the inner connections of a gateway share.</summary>
internal sealed class PhpPort
{
    private int _workers;

    /// <summary>The loops.</summary>
    public required IWorkerLoops Loops { get; init; }

    /// <summary>The gateway's address, which stands in every event.</summary>
    public required GatewayIdentity Identity { get; init; }

    /// <summary>What peers must know; empty for nothing. PHP takes "0" for empty.</summary>
    public required string SecretKey { get; init; }

    /// <summary>The ceilings.</summary>
    public required InnerLimits Limits { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>PHP workers connected now. Any thread.</summary>
    public int Workers => Volatile.Read(ref _workers);

    /// <summary>Anybody who reaches the port may speak.</summary>
    public bool IsOpen => SecretKey is "" or "0";

    /// <summary>A worker came or went.</summary>
    public void CountWorker(int change) => Interlocked.Add(ref _workers, change);
}
