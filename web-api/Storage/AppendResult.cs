namespace Portico.WebApi.Storage;

/// <summary>What became of an append.</summary>
internal enum AppendStatus
{
    /// <summary>Committed by this call.</summary>
    Stored,

    /// <summary>Committed by an earlier, equal call; the numbers are the ones of that call.</summary>
    Repeated,

    /// <summary>The idempotency key was used for something else.</summary>
    Conflict,

    /// <summary>Not known to be stored: try again with the same key.</summary>
    Unavailable,
}

/// <summary>The answer to an append; the numbers count only for <see cref="AppendStatus.Stored"/> and <see cref="AppendStatus.Repeated"/>.</summary>
internal readonly record struct AppendResult(AppendStatus Status, long Id, long ConversationId, long Seq, long SentAtMs);
