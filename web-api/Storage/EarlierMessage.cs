namespace Portico.WebApi.Storage;

/// <summary>A message that already holds an idempotency key.</summary>
internal readonly record struct EarlierMessage(long Id, long ConversationId, long Seq, long SentAtMs, byte[]? Fingerprint)
{
    /// <summary>The first answer again, or a conflict when something else is asked for now.</summary>
    public AppendResult Answer(byte[]? fingerprint)
    {
        var same = (Fingerprint ?? []).AsSpan().SequenceEqual(fingerprint ?? []);
        return new AppendResult(same ? AppendStatus.Repeated : AppendStatus.Conflict, Id, ConversationId, Seq, SentAtMs);
    }
}
