namespace Portico.Client;

/// <summary>The message log as a worker's modules see it. Nothing here throws for what the log does: a log that is away answers Unavailable. Thread-safe.</summary>
public interface IMessageLog
{
    /// <summary>Stores a message and has it pushed; Stored means committed.</summary>
    Task<LogAnswer> SendAsync(LogMessage message, CancellationToken cancellationToken = default);
}
