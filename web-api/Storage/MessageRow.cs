namespace Portico.WebApi.Storage;

/// <summary>A message as it stands in the log.</summary>
internal sealed class MessageRow
{
    public long Id { get; init; }

    public long ConversationId { get; init; }

    public long Seq { get; init; }

    public bool FromA { get; init; }

    public string Sender { get; init; } = "";

    public int Type { get; init; }

    public string Content { get; set; } = "";

    public string? Parts { get; set; }

    public string? Html { get; set; }

    public bool ReceiverOnline { get; init; }

    public long SentAtMs { get; init; }

    public long? RecalledAtMs { get; set; }

    /// <summary>What makes a repeated send recognizable: "m:" and the client's id of the message, or "e:" and the event's; null for neither.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The id that the sender's client gave it; null for none.</summary>
    public string? ClientMsgId => IdempotencyKey?.StartsWith("m:", StringComparison.Ordinal) == true ? IdempotencyKey[2..] : null;

    /// <summary>Bytes of what it says, in UTF-8; what else it holds is short.</summary>
    public long Bytes { get; init; }

    /// <summary>It was removed while it was read.</summary>
    public bool IsGone { get; set; }

    /// <summary>Sets what a later statement has read.</summary>
    public void Fill(string content, string? parts, string? html, long? recalledAtMs) =>
        (Content, Parts, Html, RecalledAtMs) = (content, parts, html, recalledAtMs);
}
