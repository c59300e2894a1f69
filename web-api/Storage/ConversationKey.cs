namespace Portico.WebApi.Storage;

/// <summary>
/// Names a conversation for good: its application and its two members. In the shop A is the buyer and B the merchant; in the service
/// application A is the visitor's openid and B is empty, since all agents stand on that side together.
/// </summary>
internal readonly record struct ConversationKey(string Application, string MemberA, string MemberB)
{
    public const string Shop = "shop";
    public const string Service = "service";

    /// <summary>The conversation of two uids of the shop, whichever of them asks.</summary>
    public static ConversationKey Between(string one, string other) =>
        IsBefore(one, other) ? new(Shop, one, other) : new(Shop, other, one);

    /// <summary>The conversation of one visitor with the agents.</summary>
    public static ConversationKey OfVisitor(string openid) => new(Service, openid, "");

    // A buyer comes first; uids of one kind are ordered, so that both ends find the same row.
    private static bool IsBefore(string one, string other)
    {
        var first = one.StartsWith("U_", StringComparison.Ordinal);
        var second = other.StartsWith("U_", StringComparison.Ordinal);
        return first != second ? first : string.CompareOrdinal(one, other) <= 0;
    }

    /// <summary>The bare integer of the buyer when A is <c>U_&lt;int&gt;</c> in its one canonical form.</summary>
    public long? BuyerId =>
        Application == Shop
        && MemberA.StartsWith("U_", StringComparison.Ordinal)
        && long.TryParse(MemberA.AsSpan(2), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var id)
        && MemberA.Length == 2 + id.ToString(System.Globalization.CultureInfo.InvariantCulture).Length
            ? id
            : null;
}
