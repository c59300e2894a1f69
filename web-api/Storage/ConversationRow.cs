namespace Portico.WebApi.Storage;

/// <summary>A conversation as it stands in the log.</summary>
internal sealed class ConversationRow
{
    public const string Columns =
        "id AS Id, application AS Application, member_a AS MemberA, member_b AS MemberB, last_seq AS LastSeq, kept_from AS KeptFrom, a_read AS "
            + "ReadByA, b_read AS ReadByB, a_skip AS SkipA, b_skip AS SkipB, last_at_ms AS LastAtMs";

    public long Id { get; init; }

    public string Application { get; init; } = "";

    public string MemberA { get; init; } = "";

    public string MemberB { get; init; } = "";

    public long LastSeq { get; init; }

    /// <summary>Lowest sequence that retention has left.</summary>
    public long KeptFrom { get; init; }

    public long ReadByA { get; init; }

    public long ReadByB { get; init; }

    /// <summary>Messages above A's cursor that are not unread to him, see <see cref="UnreadCounts"/>.</summary>
    public long SkipA { get; init; }

    /// <summary>The same for B.</summary>
    public long SkipB { get; init; }

    public long LastAtMs { get; init; }

    public ConversationKey Key => new(Application, MemberA, MemberB);

    /// <summary>Whether the uid is one of the two members; the empty one is all agents together, of the service application alone.</summary>
    public bool HasMember(string uid) => uid.Length > 0 ? MemberA == uid || MemberB == uid : Application == ConversationKey.Service;

    /// <summary>The member at the other end.</summary>
    public string Other(string uid) => MemberA == uid ? MemberB : MemberA;

    /// <summary>How far the member has read.</summary>
    public long ReadBy(string uid) => MemberA == uid ? ReadByA : ReadByB;

    /// <summary>What the member has not read yet: what the other side wrote above his cursor, and what is neither recalled nor forgotten.</summary>
    public long UnreadBy(string uid) => Unread(MemberA == uid);

    /// <summary>The same by side. Never less than 0, also while a web-api of an earlier version writes beside this one.</summary>
    public long Unread(bool ofA) => Math.Max(0, LastSeq - Math.Max(ofA ? ReadByA : ReadByB, KeptFrom - 1) - (ofA ? SkipA : SkipB));
}
