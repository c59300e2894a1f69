using Portico.Contracts.Protos.Messages;

namespace Portico.Client;

/// <summary>The message log as a worker's modules see it. Nothing here throws for what the log does: a log that is away answers Unavailable. Thread-safe.</summary>
public interface IMessageLog
{
    /// <summary>Stores a message and has it pushed; Stored means committed.</summary>
    Task<SendReply> SendAsync(SendRequest request, CancellationToken cancellationToken = default);

    /// <summary>One page of a conversation; null when the log is away.</summary>
    Task<SyncReply?> SyncAsync(SyncRequest request, CancellationToken cancellationToken = default);

    /// <summary>Moves a read cursor; null when the log is away.</summary>
    Task<MarkReadReply?> MarkReadAsync(MarkReadRequest request, CancellationToken cancellationToken = default);
}
