namespace Portico.WebApi.Storage;

/// <summary>A message of another system on its way into the log.</summary>
internal sealed record BulkRow
{
    /// <summary>Its id there, which the views go on showing.</summary>
    public required long Id { get; init; }

    public required ConversationKey Conversation { get; init; }

    public required bool FromA { get; init; }

    public required int Type { get; init; }

    public required string Content { get; init; }

    public string? Parts { get; init; }

    public string? Html { get; init; }

    /// <summary>What the column <c>html</c> gets.</summary>
    public string? StoredHtml => Html ?? (Type == 1 && Conversation.Application == ConversationKey.Shop ? HtmlText.Stored(Content) : null);

    public required long SentAtMs { get; init; }

    /// <summary>Whether the other side has read it.</summary>
    public required bool IsRead { get; init; }

    public bool ReceiverOnline { get; init; }

    /// <summary>Names the row for good, so that a second import knows it. Printable ASCII.</summary>
    public required string Key { get; init; }

    public string Sender => FromA ? Conversation.MemberA : SideB;

    /// <summary>Who would have sent it from the other side.</summary>
    public string OtherSender => FromA ? SideB : Conversation.MemberA;

    private string SideB => Conversation.MemberB.Length > 0 ? Conversation.MemberB : "agent";
}
