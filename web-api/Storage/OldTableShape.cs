namespace Portico.WebApi.Storage;

/// <summary>
/// How a message of the log reads as a row of an old table. One text for the view, for the triggers that keep a real table, and for filling it.
/// </summary>
/// <param name="Name">The old table.</param>
/// <param name="Columns">Its columns, the id first.</param>
/// <param name="ReadColumn">The column that says whether the receiver has read the row; old applications set it.</param>
/// <param name="Owner">Which conversations it shows, in terms of <c>c</c>.</param>
/// <param name="Values">The columns' values, by the name of the message and the operator that divides whole numbers.</param>
internal sealed record OldTableShape(string Name, string[] Columns, string ReadColumn, string Owner, Func<string, string, string[]> Values)
{
    /// <summary>The shop's: text escaped, buyers with a number only.</summary>
    public static readonly OldTableShape Shop = new(
        "hp_chat_log",
        ["id", "user_id", "merchant_id", "send_message", "send_message_type", "sender", "send_time", "read_status", "acc_isonline"],
        "read_status",
        "c.buyer_id IS NOT NULL",
        (m, divide) =>
        [
            $"COALESCE({m}.legacy_id, {m}.id)",
            "c.buyer_id",
            "c.member_b",
            $"""
            CASE WHEN {m}.type <> 1 THEN {m}.content WHEN {m}.html IS NOT NULL THEN {m}.html ELSE
                replace(replace(replace(replace(replace({m}.content, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#039;')
            END
            """,
            $"{m}.type",
            $"CASE WHEN {m}.from_a = 1 THEN 1 ELSE 2 END",
            $"{m}.sent_at_ms {divide} 1000",
            IsRead(m),
            $"{m}.receiver_online",
        ]);

    /// <summary>The customer service's: text as it is.</summary>
    public static readonly OldTableShape Service = new(
        "chat",
        ["id", "msg", "openid", "type", "isread", "creat_time"],
        "isread",
        "c.application = 'service'",
        (m, _) =>
            [$"COALESCE({m}.legacy_id, {m}.id)", $"{m}.content", "c.member_a", $"CASE WHEN {m}.from_a = 1 THEN 2 ELSE 1 END", IsRead(m), $"{m}.local_time"]);

    /// <summary>Both.</summary>
    public static readonly OldTableShape[] All = [Shop, Service];

    /// <summary>Which messages it shows: not what was taken back or is no longer kept.</summary>
    public string Shows(string m) => $"{Owner} AND {m}.recalled_at_ms IS NULL AND {m}.seq >= c.kept_from";

    /// <summary>The columns, separated by commas.</summary>
    public string ColumnList => string.Join(", ", Columns);

    /// <summary>Text of the view after "AS".</summary>
    public string View(string divide) => $"""
        SELECT {string.Join(", ", Values("m", divide).Zip(Columns, (value, column) => $"{value} AS {column}"))}
        FROM conversations c JOIN messages m ON m.conversation_id = c.id WHERE {Shows("m")}
        """;

    private static string IsRead(string m) => $"CASE WHEN (CASE WHEN {m}.from_a = 1 THEN c.b_read ELSE c.a_read END) >= {m}.seq THEN 1 ELSE 0 END";
}
