namespace Portico.Gateway.Workers;

/// <summary>How many bytes one peer may have posted to loops that have not handled them. Past it its stream is not read.</summary>
internal sealed class CommandWindow(long limit)
{
    private readonly Lock _gate = new();
    private long _waiting;
    private TaskCompletionSource? _room;

    /// <summary>Counts bytes that are about to be posted.</summary>
    /// <returns>Done when there is room for more.</returns>
    public Task AddAsync(int bytes)
    {
        lock (_gate)
        {
            _waiting += bytes;
            if (_waiting <= limit)
            {
                return Task.CompletedTask;
            }

            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>A loop has handled them.</summary>
    public void Remove(int bytes)
    {
        TaskCompletionSource? room = null;
        lock (_gate)
        {
            _waiting -= bytes;
            if (_room is not null && _waiting <= limit / 2)
            {
                (room, _room) = (_room, null);
            }
        }

        room?.SetResult();
    }

    /// <summary>Nobody will handle what is posted: whoever waits goes on.</summary>
    public void Open()
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _waiting = long.MinValue / 2;
            (room, _room) = (_room, null);
        }

        room?.SetResult();
    }
}
