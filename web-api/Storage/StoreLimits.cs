namespace Portico.WebApi.Storage;

/// <summary>Ceilings of the log's writer.</summary>
internal sealed record StoreLimits
{
    /// <summary>Writes that may wait; more are refused with 503. 10,000 is under a second of work and a few MiB.</summary>
    public int QueueLength { get; init; } = 10_000;

    /// <summary>Bytes that may wait.</summary>
    public long QueueBytes { get; init; } = 64 << 20;

    /// <summary>Writes in one transaction; past some hundred the commit's share is small already.</summary>
    public int BatchLength { get; init; } = 512;

    /// <summary>Bytes in one transaction, far under MariaDB's packet limit of 16 MiB; a single larger message still goes alone.</summary>
    public long BatchBytes { get; init; } = 4 << 20;
}
