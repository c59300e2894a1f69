namespace Portico.WebApi.Storage;

/// <summary>One page of a conversation, in order.</summary>
/// <param name="Messages">What was read.</param>
/// <param name="More">Something lies beyond, in the direction of reading: the page was full, in entries or in bytes.</param>
internal sealed record MessagePage(List<MessageRow> Messages, bool More)
{
    /// <summary>Nothing, and nothing beyond.</summary>
    public static MessagePage Empty { get; } = new([], false);

    /// <summary>Bytes of what it says.</summary>
    public long Bytes => Messages.Sum(message => message.Bytes);
}
