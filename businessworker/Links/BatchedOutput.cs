using System.Diagnostics.CodeAnalysis;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// What leaves on one link, in the order of the calls, from any thread. One send is on its way at a time; what comes meanwhile fills the other
/// buffer and leaves together with the next one, which is what makes batches.
/// </summary>
internal abstract class BatchedOutput<TBuffer>(TBuffer one, TBuffer other, Action<Exception> failed) : IBatchedOutput, IThreadPoolWorkItem, IDisposable
    where TBuffer : class, IOutputBuffer
{
    // What waits before callers are asked to wait: an HTTP/2 window, and below the buffer at which PHP's own workers begin to lose packets.
    private const int ComfortableBytes = 4 * 1024 * 1024;

    private TBuffer _other = other;
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _drained;
    private bool _flushing;
    private bool _broken;
    private bool _scheduled;
    private bool _closed;

    /// <summary>The link has ended; what is given is dropped.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>Guards the buffer that takes what comes.</summary>
    protected Lock Gate { get; } = new();

    /// <summary>Takes what comes. Under <see cref="Gate"/>.</summary>
    protected TBuffer Waiting { get; private set; } = one;

    /// <summary>Complete when not too much waits.</summary>
    public ValueTask RoomAsync()
    {
        lock (Gate)
        {
            return RoomLockedAsync();
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        TBuffer? sending;
        lock (Gate)
        {
            if (_flushing || !TryTakeLocked(out sending))
            {
                return;
            }

            _flushing = true;
        }

        _ = SendAllAsync(sending);
    }

    /// <summary>Done when all that was taken is sent, or nothing is sent any more.</summary>
    public Task DrainedAsync()
    {
        Flush();
        lock (Gate)
        {
            return _flushing && !_broken
                ? (_drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task
                : Task.CompletedTask;
        }
    }

    /// <summary>Nothing is taken or sent any more.</summary>
    public void Close()
    {
        TaskCompletionSource? room;
        lock (Gate)
        {
            _closed = true;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        lock (Gate)
        {
            // A send that still runs reads one of them.
            if (!_flushing)
            {
                Waiting.Dispose();
                _other.Dispose();
            }
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        lock (Gate)
        {
            _scheduled = false;
        }

        Flush();
    }

    /// <summary>Sends a buffer.</summary>
    protected abstract ValueTask SendAsync(TBuffer sending);

    /// <summary>Adds what has to go with what waits. Under <see cref="Gate"/>.</summary>
    protected virtual void CompleteLocked(TBuffer waiting)
    {
    }

    /// <summary>Complete when not too much waits. Under <see cref="Gate"/>.</summary>
    protected ValueTask RoomLockedAsync() => Waiting.Length <= ComfortableBytes || _closed
        ? default
        : new ValueTask((_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task);

    /// <summary>Something was taken: it leaves with the batch under way, or soon.</summary>
    protected void Touched()
    {
        if (LinkBatch.Current is { } batch)
        {
            batch.Touch(this);
            return;
        }

        lock (Gate)
        {
            if (_scheduled || _closed)
            {
                return;
            }

            _scheduled = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The link's border: its reader sees the end of the connection and the set dials again.")]
    private async Task SendAllAsync(TBuffer first)
    {
        try
        {
            for (var sending = first; sending is not null; sending = Next(sending))
            {
                await SendAsync(sending);
                sending.Clear();
            }
        }
        catch (Exception fault)
        {
            Close();
            Break()?.TrySetResult();
            failed(fault);
        }
    }

    // What waits now; null when nothing does, and the send ends.
    private TBuffer? Next(TBuffer sent)
    {
        TaskCompletionSource? room = null;
        TaskCompletionSource? drained = null;
        TBuffer? next;
        lock (Gate)
        {
            _other = sent;
            if (Waiting.Length <= ComfortableBytes)
            {
                (room, _room) = (_room, null);
            }

            _flushing = TryTakeLocked(out next);
            if (!_flushing)
            {
                (drained, _drained) = (_drained, null);
            }
        }

        room?.TrySetResult();
        drained?.TrySetResult();
        return next;
    }

    // The buffer that was being sent stays with whoever may still read it.
    private TaskCompletionSource? Break()
    {
        lock (Gate)
        {
            _broken = true;
            (var drained, _drained) = (_drained, null);
            return drained;
        }
    }

    // True with the buffer to send; the other one takes what comes.
    private bool TryTakeLocked([NotNullWhen(true)] out TBuffer? sending)
    {
        sending = null;
        if (_closed)
        {
            return false;
        }

        CompleteLocked(Waiting);
        if (Waiting.Length == 0)
        {
            return false;
        }

        sending = Waiting;
        Waiting = _other;
        return true;
    }
}
