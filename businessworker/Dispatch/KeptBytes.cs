namespace Portico.BusinessWorker.Dispatch;

/// <summary>
/// The bytes that awaiting callbacks of one link keep from being used again. Over the limit the link is not read until some are done. The
/// gateway bounds what is unacknowledged well below; this is for a few callbacks that hold large batches for long.
/// </summary>
internal sealed class KeptBytes(long limit)
{
    private readonly Lock _lock = new();
    private long _bytes;
    private TaskCompletionSource? _room;

    public void Add(long bytes)
    {
        TaskCompletionSource? room = null;
        lock (_lock)
        {
            _bytes += bytes;
            if (_bytes <= limit)
            {
                room = _room;
                _room = null;
            }
        }

        room?.TrySetResult();
    }

    /// <summary>Complete when there is room.</summary>
    public Task RoomAsync()
    {
        lock (_lock)
        {
            return _bytes <= limit
                ? Task.CompletedTask
                : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
