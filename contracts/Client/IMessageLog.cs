namespace Portico.Client;

/// <summary>The message log as a worker's modules see it. Nothing here throws for what the log does: a log that is away answers Unavailable. Thread-safe.</summary>
public interface IMessageLog
{
    /// <summary>Stores a message and has it pushed; Stored means committed.</summary>
    Task<LogAnswer> SendAsync(LogMessage message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Passes a portico.v1 frame on that concerns the log (sync, read, typing, recall, online).
    /// </summary>
    /// <returns>What the client is to be sent, empty for nothing; null when the log is away or knows no such frame.</returns>
    Task<ReadOnlyMemory<byte>?> HandleAsync(
        string application, string uid, string clientId, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default);
}
