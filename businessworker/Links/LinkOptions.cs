namespace Portico.BusinessWorker.Links;

/// <summary>Ceilings and times of the links; no other place of the worker holds one.</summary>
internal sealed record LinkOptions
{
    /// <summary>Bytes of one message from a gateway. Default 4 MiB, as official gRPC; the gateway sends at most about 256 KiB.</summary>
    public int MessageBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of large bodies that were begun and not named by an event. Default 128 MiB, two of the largest; a gateway sends one at a time.</summary>
    public int PartBytes { get; init; } = 128 * 1024 * 1024;

    /// <summary>
    /// Bytes that awaiting callbacks of one stream keep; above it the stream is not read, results of queries on it included, until some end. Default
    /// 64 MiB, four times what a gateway leaves unacknowledged.
    /// </summary>
    public long KeptBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Commands of one stream whose result is waited for. Default 65,536; more are refused.</summary>
    public int Queries { get; init; } = 65_536;

    /// <summary>Longest pause between two attempts to reach a gateway. Default 1 s.</summary>
    public TimeSpan RedialPause { get; init; } = TimeSpan.FromSeconds(1);
}
