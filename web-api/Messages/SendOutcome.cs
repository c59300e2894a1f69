namespace Portico.WebApi.Messages;

/// <summary>How a send ended.</summary>
internal enum SendStatus
{
    /// <summary>Committed, now or by an earlier equal send.</summary>
    Stored,

    /// <summary>A field is wrong; the error names it.</summary>
    Invalid,

    /// <summary>Nobody can be addressed so.</summary>
    UnknownRecipient,

    /// <summary>The client's message id was used for something else.</summary>
    Conflict,

    /// <summary>Not known to be stored; try again with the same id.</summary>
    Unavailable,

    /// <summary>Customer service: this agent does not hold the conversation.</summary>
    NotHolder,

    /// <summary>Customer service: the queue is full.</summary>
    AtCapacity,

    /// <summary>Over the sender's limit of messages, bytes or new conversations; the outcome says how long to wait.</summary>
    TooFast,
}

/// <summary>The answer to a send; the numbers count only when it is stored.</summary>
internal readonly record struct SendOutcome(
    SendStatus Status, long Id, long Conversation, long Seq, long SentAtMs, bool Repeated, string? Error, TimeSpan RetryAfter = default)
{
    /// <summary>What is stored; null when it is the text that was sent.</summary>
    public string? Content { get; init; }

    /// <summary>Text and pictures in order (JSON), where the stored message mixes them.</summary>
    public string? Parts { get; init; }

    /// <summary>An earlier, equal send was taken back since.</summary>
    public bool Recalled { get; init; }

    public static SendOutcome Failed(SendStatus status, string error, TimeSpan retryAfter = default) => new(status, 0, 0, 0, 0, false, error, retryAfter);

    /// <summary>Whole seconds to wait, at least 1; 0 when there is nothing to wait for.</summary>
    public long RetrySeconds => (long)Math.Ceiling(RetryAfter.TotalSeconds);
}
