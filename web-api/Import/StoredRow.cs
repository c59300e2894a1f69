using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>A message of the log that came from an old table.</summary>
internal sealed record StoredRow
{
    public const string Columns =
        """
        m.id AS Id, m.legacy_id AS LegacyId, m.conversation_id AS ConversationId, m.seq AS Seq, m.from_a AS FromA, m.sender AS Sender,
        m.type AS Type, m.content AS Content,
        m.parts AS Parts, m.html AS Html, m.receiver_online AS ReceiverOnline, m.sent_at_ms AS SentAtMs, m.recalled_at_ms AS RecalledAtMs, m.idem_key AS `Key`,
        c.application AS Application, c.member_a AS MemberA, c.member_b AS MemberB, c.kept_from AS KeptFrom
        """;

    public long Id { get; init; }

    public long? LegacyId { get; init; }

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

    public string Key { get; init; } = "";

    public string Application { get; init; } = "";

    public string MemberA { get; init; } = "";

    public string MemberB { get; init; } = "";

    public long KeptFrom { get; init; }

    /// <summary>Whether it stands in the conversation that the old row belongs to.</summary>
    public bool IsAtHome(BulkRow row) => row.Conversation == new ConversationKey(Application, MemberA, MemberB);

    /// <summary>Whether the log has the message as the old row says it; what was taken back or is no longer kept need not say anything.</summary>
    public bool Is(BulkRow row) =>
        IsAtHome(row) && FromA == row.FromA && Sender == row.Sender && SentAtMs == row.SentAtMs && ReceiverOnline == row.ReceiverOnline
        && (!HasText || (Type == row.Type && Content == row.Content && Parts == row.Parts && Html == row.StoredHtml));

    /// <summary>Whether it still says something.</summary>
    public bool HasText => RecalledAtMs is null && Seq >= KeptFrom;
}
