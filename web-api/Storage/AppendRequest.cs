namespace Portico.WebApi.Storage;

/// <summary>One message to be written to the log.</summary>
internal sealed record AppendRequest
{
    public required ConversationKey Conversation { get; init; }

    /// <summary>Whether member A wrote it; else B did.</summary>
    public required bool FromA { get; init; }

    /// <summary>Who wrote it: a member's uid, or the agent who answered for B.</summary>
    public required string Sender { get; init; }

    /// <summary>1 text, 2 product card, 3 picture addresses.</summary>
    public required int Type { get; init; }

    /// <summary>The raw text, or JSON.</summary>
    public required string Content { get; init; }

    /// <summary>JSON array of text and pictures in their order, when the message mixes them.</summary>
    public string? Parts { get; init; }

    /// <summary>What old pages are shown instead of the escaped content; only with <see cref="Parts"/>.</summary>
    public string? Html { get; init; }

    /// <summary>What the column <c>html</c> gets: the text as old SQL of the shop reads it, where SQL itself cannot make it.</summary>
    public string? StoredHtml => Html ?? (Type == 1 && Conversation.Application == ConversationKey.Shop ? HtmlText.Stored(Content) : null);

    /// <summary>
    /// The last sequence that the sender had seen when he wrote; his cursor moves only when there is nothing between it and this message. Null: he
    /// has seen everything, as who writes on an old page has.
    /// </summary>
    public long? Seen { get; init; }

    /// <summary>Whether the receiver was online when it was sent.</summary>
    public bool ReceiverOnline { get; init; }

    /// <summary>What makes a repetition recognizable; null: each append is new.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Digest of what the caller asked for: an equal key with another digest is a conflict.</summary>
    public byte[]? Fingerprint { get; init; }

    /// <summary>Rough size in memory, for the bound of the queue.</summary>
    public int Size => 256 + (2 * (Content.Length + (Parts?.Length ?? 0) + (Html?.Length ?? 0)));
}
