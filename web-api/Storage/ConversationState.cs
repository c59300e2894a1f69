namespace Portico.WebApi.Storage;

/// <summary>What an append must know of a conversation's row while it holds that row.</summary>
internal sealed class ConversationState(long id, long lastSeq, long lastAtMs)
{
    public long Id { get; } = id;

    public long LastSeq { get; set; } = lastSeq;

    public long LastAtMs { get; set; } = lastAtMs;

    /// <summary>Highest sequence that A wrote and by which A has read what stands before; 0 for none.</summary>
    public long ReadByA { get; set; }

    /// <summary>The same for B.</summary>
    public long ReadByB { get; set; }

    /// <summary>Messages that A wrote in this batch, above <see cref="ReadByA"/>, without having read what stands before.</summary>
    public long SkipA { get; set; }

    /// <summary>The same for B.</summary>
    public long SkipB { get; set; }
}
