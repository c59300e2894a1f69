using System.Text;

namespace Portico.WebApi.Storage;

/// <summary>A message as it stands in the log.</summary>
internal sealed class MessageRow
{
    public const string Columns =
        "id AS Id, conversation_id AS ConversationId, seq AS Seq, from_a AS FromA, sender AS Sender, type AS Type, content AS Content, parts AS Parts, html AS Html, receiver_online AS ReceiverOnline, sent_at_ms AS SentAtMs, recalled_at_ms AS RecalledAtMs, idem_key AS IdempotencyKey";

    public long Id { get; init; }

    public long ConversationId { get; init; }

    public long Seq { get; init; }

    public bool FromA { get; init; }

    public string Sender { get; init; } = "";

    public int Type { get; init; }

    public string Content { get; init; } = "";

    public string? Parts { get; init; }

    public string? Html { get; init; }

    public bool ReceiverOnline { get; init; }

    public long SentAtMs { get; init; }

    public long? RecalledAtMs { get; init; }

    /// <summary>What makes a repeated send recognizable: "m:" and the client's id of the message, or "e:" and the event's; null for neither.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>The id that the sender's client gave it; null for none.</summary>
    public string? ClientMsgId => IdempotencyKey?.StartsWith("m:", StringComparison.Ordinal) == true ? IdempotencyKey[2..] : null;

    /// <summary>Bytes of what it says, in UTF-8; what else it holds is short.</summary>
    public long Bytes => Encoding.UTF8.GetByteCount(Content) + Encoding.UTF8.GetByteCount(Parts ?? "") + Encoding.UTF8.GetByteCount(Html ?? "");
}
