using Portico.WebApi.Storage;

namespace Portico.WebApi.Import;

/// <summary>A row of an old table as it will stand in the log.</summary>
internal sealed record OldMessage
{
    /// <summary>The row's id, which the view goes on showing.</summary>
    public required long Id { get; init; }

    public required ConversationKey Conversation { get; init; }

    public required bool FromA { get; init; }

    public required int Type { get; init; }

    public required string Content { get; init; }

    public string? Parts { get; init; }

    public string? Html { get; init; }

    public required long SentAtMs { get; init; }

    public required bool IsRead { get; init; }

    public bool ReceiverOnline { get; init; }

    /// <summary>Names the row for good, so that a second import knows it.</summary>
    public required string Key { get; init; }

    public string Sender => FromA ? Conversation.MemberA : Conversation.MemberB.Length > 0 ? Conversation.MemberB : "agent";
}
