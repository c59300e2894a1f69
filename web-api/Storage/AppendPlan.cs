namespace Portico.WebApi.Storage;

/// <summary>
/// Decides for each append of a batch whether it is new, a repetition or a conflict, and gives the new ones their sequence numbers.
/// Knows no SQL, so both databases number messages alike.
/// </summary>
internal sealed class AppendPlan(long nowMs)
{
    private readonly Dictionary<(string Sender, string Key), AppendJob> _keysOfBatch = [];
    private readonly List<(AppendJob Job, AppendJob First)> _repeats = [];

    /// <summary>Jobs that need a row, in order of their sequence numbers.</summary>
    public List<AppendJob> Inserts { get; } = [];

    /// <summary>Takes up one job. <paramref name="earlier"/> is the committed message of the same key, if there is one.</summary>
    public void Add(AppendJob job, ConversationState conversation, EarlierMessage? earlier)
    {
        var request = job.Request;
        if (request.IdempotencyKey is { } key)
        {
            if (earlier is { } found)
            {
                job.Result = found.Answer(request.Fingerprint);
                return;
            }

            if (!_keysOfBatch.TryAdd((request.Sender, key), job))
            {
                _repeats.Add((job, _keysOfBatch[(request.Sender, key)]));
                return;
            }
        }

        var seq = ++conversation.LastSeq;
        // Time never runs backwards in a conversation, so that ordering by time (as old SQL does) is ordering by sequence.
        conversation.LastAtMs = Math.Max(conversation.LastAtMs, nowMs);
        NoteSender(conversation, request.FromA, seq, hasReadAll: request.Seen is not { } seen || seen >= seq - 1);

        job.Result = new AppendResult(AppendStatus.Stored, 0, conversation.Id, seq, conversation.LastAtMs);
        Inserts.Add(job);
    }

    private static void NoteSender(ConversationState conversation, bool fromA, long seq, bool hasReadAll)
    {
        if (fromA)
        {
            (conversation.ReadByA, conversation.SkipA) = hasReadAll ? (seq, 0) : (conversation.ReadByA, conversation.SkipA + 1);
        }
        else
        {
            (conversation.ReadByB, conversation.SkipB) = hasReadAll ? (seq, 0) : (conversation.ReadByB, conversation.SkipB + 1);
        }
    }

    /// <summary>Answers repetitions inside the batch; called when the rows have their ids.</summary>
    public void Settle()
    {
        foreach (var (job, first) in _repeats)
        {
            job.Result = new EarlierMessage(first.Result.Id, first.Result.ConversationId, first.Result.Seq, first.Result.SentAtMs, first.Request.Fingerprint)
                .Answer(job.Request.Fingerprint);
        }
    }
}
