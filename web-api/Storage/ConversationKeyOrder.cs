namespace Portico.WebApi.Storage;

/// <summary>One order of conversations for everybody who makes several: two who make the same ones do not wait for each other in a circle.</summary>
internal sealed class ConversationKeyOrder : IComparer<ConversationKey>
{
    public static readonly ConversationKeyOrder Instance = new();

    public int Compare(ConversationKey x, ConversationKey y)
    {
        var order = string.CompareOrdinal(x.Application, y.Application);
        order = order != 0 ? order : string.CompareOrdinal(x.MemberA, y.MemberA);
        return order != 0 ? order : string.CompareOrdinal(x.MemberB, y.MemberB);
    }
}
