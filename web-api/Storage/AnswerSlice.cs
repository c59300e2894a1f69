namespace Portico.WebApi.Storage;

/// <summary>
/// Gives the answers of a part of a batch on one pool thread, one after the other: a hand-over to the pool for each answer costs more than
/// what follows it. Large batches are cut so that all cores take part.
/// </summary>
internal sealed class AnswerSlice(AppendJob[] jobs) : IThreadPoolWorkItem
{
    private const int Least = 16;

    /// <summary>Answers the appends of a batch, stored or not.</summary>
    public static void Tell(List<WriteJob> batch)
    {
        var length = Math.Max(Least, (batch.Count + Environment.ProcessorCount - 1) / Environment.ProcessorCount);
        var slice = new List<AppendJob>(length);
        foreach (var job in batch)
        {
            if (job is AppendJob append)
            {
                slice.Add(append);
            }

            if (slice.Count == length)
            {
                Queue(slice);
            }
        }

        Queue(slice);
    }

    public void Execute() => Array.ForEach(jobs, job => job.Tell());

    private static void Queue(List<AppendJob> slice)
    {
        if (slice.Count > 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(new AnswerSlice([.. slice]), preferLocal: false);
            slice.Clear();
        }
    }
}
