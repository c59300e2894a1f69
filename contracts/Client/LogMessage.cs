namespace Portico.Client;

/// <summary>A message for the log.</summary>
public sealed record LogMessage
{
    /// <summary>"shop" or "service".</summary>
    public required string Application { get; init; }

    /// <summary>The bound uid; never what the client claims.</summary>
    public required string Sender { get; init; }

    /// <summary>Uid, or the opaque code that stands for a buyer.</summary>
    public required string Recipient { get; init; }

    /// <summary>1 text, 2 object, 3 array of picture addresses.</summary>
    public required int Type { get; init; }

    /// <summary>Text, or JSON for types 2 and 3.</summary>
    public required string Content { get; init; }

    /// <summary>The client's own name for it, "" when it gave none.</summary>
    public string ClientMessageId { get; init; } = "";

    /// <summary>The key under which it is stored once when the client gave no name.</summary>
    public string EventId { get; init; } = "";

    /// <summary>The sender's device, which is not told of its own message.</summary>
    public string SenderClientId { get; init; } = "";

    /// <summary>The last sequence of the conversation that the sender had seen when he wrote; null: everything. What he has not seen stays unread.</summary>
    public long? Seen { get; init; }

    /// <summary>In "service": the sender knows the queue, so an agent must hold the conversation, and a full queue refuses a visitor.</summary>
    public bool ByQueue { get; init; }
}
