namespace Portico.Client;

/// <summary>
/// The message log as a worker's modules see it. Nothing here throws for what the log does: a log that is away answers Unavailable. Thread-safe.
/// </summary>
public interface IMessageLog
{
    /// <summary>Stores a message and has it pushed; Stored means committed.</summary>
    Task<LogAnswer> SendAsync(LogMessage message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Passes a portico.v1 frame on that concerns the log (sync, read, typing, recall, online) or the queue of the customer service. An agent of
    /// "service" has an empty uid and his name as <paramref name="agent"/>.
    /// </summary>
    /// <returns>What the client is to be sent, empty for nothing; null when the log is away or knows no such frame.</returns>
    Task<ReadOnlyMemory<byte>?> HandleAsync(
        string application, string uid, string clientId, ReadOnlyMemory<byte> frame, string agent = "", CancellationToken cancellationToken = default);

    /// <summary>
    /// What a portico.v1 client of "service" is sent when it has connected: a visitor by his openid, an agent by his name.
    /// </summary>
    /// <returns>Frames in their order; null when the log is away.</returns>
    Task<IReadOnlyList<ReadOnlyMemory<byte>>?> GreetAsync(string application, string uid, string agent, CancellationToken cancellationToken = default);
}
