using Portico.Client;

namespace Portico.BusinessWorker.Events;

/// <summary>Stores a message of an old client, which is not told what became of it and cannot send it again: this does.</summary>
internal static class OldClientSend
{
    // Together they outlast a restart of the log.
    private static readonly TimeSpan[] Retries =
        [TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(4)];

    /// <summary>The log's last answer. Later messages of the same client wait meanwhile, so one that sends too fast is slowed down.</summary>
    public static async ValueTask<LogAnswer> StoreAsync(WorkerServices worker, LogMessage message)
    {
        var reply = await worker.MessageLog.SendAsync(message);
        for (var i = 0; i < Retries.Length && MayPass(reply); i++)
        {
            await Task.Delay(reply.RetryAfter > Retries[i] ? reply.RetryAfter : Retries[i], worker.Clock);
            reply = await worker.MessageLog.SendAsync(message);
        }

        return reply;
    }

    // A longer wait is that of a limit for the day.
    private static bool MayPass(LogAnswer reply) =>
        reply.Status == LogStatus.Unavailable || (reply.Status == LogStatus.TooFast && reply.RetryAfter <= Retries[^1]);
}
