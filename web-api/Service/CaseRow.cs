using Portico.WebApi.Storage;

namespace Portico.WebApi.Service;

/// <summary>A case as it stands in the table, with what the log knows of its conversation.</summary>
internal sealed class CaseRow
{
    public const string Columns = $"""
        s.id AS Id, s.openid AS Openid, s.state AS StateNumber, s.agent AS Agent, s.place AS Place, s.since_ms AS SinceMs,
        s.lease_until_ms AS LeaseUntilMs, s.closed_at_ms AS ClosedAtMs,
        s.away_since_ms AS AwaySinceMs, s.score AS Score, s.rating AS Rating, s.rated_at_ms AS RatedAtMs,
        COALESCE(c.id, 0) AS ConversationId, COALESCE(c.last_seq, 0) AS LastSeq, COALESCE({UnreadCounts.OfB}, 0) AS Unread,
        COALESCE({UnreadCounts.OfA}, 0) AS UnreadByVisitor
        """;

    /// <summary>Order of the queue: visitors who are absent stand behind those who are there, and have their places again when they return.</summary>
    public const string QueueOrder = "s.away_since_ms IS NOT NULL, s.place, s.id";

    public const string Tables = "service_cases s LEFT JOIN conversations c ON c.application = 'service' AND c.member_a = s.openid AND c.member_b = ''";

    public long Id { get; init; }

    public string Openid { get; init; } = "";

    public long StateNumber { get; init; }

    /// <summary>Who has it, or had it when it was closed; empty while it waits.</summary>
    public string Agent { get; init; } = "";

    public long Place { get; init; }

    /// <summary>When the visitor began to wait, or the agent had it.</summary>
    public long SinceMs { get; init; }

    /// <summary>When the holder loses it unless he is seen before; 0 when nobody ever held it.</summary>
    public long LeaseUntilMs { get; init; }

    /// <summary>When it was closed, or the visitor left the queue.</summary>
    public long? ClosedAtMs { get; init; }

    /// <summary>Since when a waiting visitor has no connection; null while he has one, or while nobody knows.</summary>
    public long? AwaySinceMs { get; init; }

    public long? Score { get; init; }

    public string? Rating { get; init; }

    public long? RatedAtMs { get; init; }

    /// <summary>The conversation in the log; 0 before its first message.</summary>
    public long ConversationId { get; init; }

    /// <summary>Sequence of the conversation's last message; 0 before the first.</summary>
    public long LastSeq { get; init; }

    /// <summary>What the agents have not read.</summary>
    public long Unread { get; init; }

    /// <summary>What the visitor has not read.</summary>
    public long UnreadByVisitor { get; init; }

    /// <summary>A rating is asked for what an agent has closed, not for what the plain mode has answered.</summary>
    public bool Rateable => LeaseUntilMs > 0;

    public CaseState State => (CaseState)StateNumber;
}
