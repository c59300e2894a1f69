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

    /// <summary>What is stored, text or JSON; null when it is the text that was sent.</summary>
    public string? Content { get; init; }

    /// <summary>JSON array of text and pictures in their order when the stored message mixes them; else empty.</summary>
    public string Parts { get; init; } = "";

    /// <summary>It was stored before and taken back since.</summary>
    public bool Recalled { get; init; }

    /// <summary>How long to wait before the next try, of <see cref="LogStatus.TooFast"/>.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>Why not, for the person who sent it. It names no address and nothing else of the inside.</summary>
    public string Error { get; init; } = "";

    /// <summary>Why the log did not answer, for the operator; empty when it did. It may name addresses and is not for clients.</summary>
    public string Cause { get; init; } = "";
}
