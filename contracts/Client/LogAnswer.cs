namespace Portico.Client;

/// <summary>The log's answer to a message.</summary>
public sealed record LogAnswer
{
    /// <summary>What became of it.</summary>
    public required LogStatus Status { get; init; }

    /// <summary>Its number in the log.</summary>
    public long Id { get; init; }

    /// <summary>Its conversation.</summary>
    public string Conversation { get; init; } = "";

    /// <summary>Its place in the conversation.</summary>
    public long Sequence { get; init; }

    /// <summary>When it was stored.</summary>
    public DateTimeOffset SentAt { get; init; }

    /// <summary>It was stored before: this is the answer of then.</summary>
    public bool Repeated { get; init; }

    /// <summary>Why not, for people.</summary>
    public string Error { get; init; } = "";
}
