namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>
/// The answers of one connection, in the order of its queries: nothing but this order tells the peer which is which. The reader
/// adds, the loops complete, the output writes.
/// </summary>
/// <param name="output">Writes them.</param>
/// <param name="most">How much may be on the way, by <see cref="QueryWeight"/>.</param>
internal sealed class PhpAnswers(InnerOutput output, int most)
{
    // A worker's connection is read on, since its commands must not wait behind its queries.
    private const int Flood = 4;

    private readonly Lock _gate = new();
    private readonly Queue<PhpAnswer> _order = new();
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _none;
    private long _waiting;
    private long _written;

    /// <summary>How many answers were written so far, or a negative number when none is waited for.</summary>
    public long Progress
    {
        get
        {
            lock (_gate)
            {
                return _waiting == 0 ? -1 : _written;
            }
        }
    }

    /// <summary>How much more may be on the way.</summary>
    public long Room
    {
        get
        {
            lock (_gate)
            {
                return most - _waiting;
            }
        }
    }

    /// <summary>Far more is on the way than may be.</summary>
    public bool IsFlooded
    {
        get
        {
            lock (_gate)
            {
                return _waiting > Flood * (long)most;
            }
        }
    }

    /// <summary>A query was read.</summary>
    public void Expect(PhpAnswer answer)
    {
        lock (_gate)
        {
            _waiting += answer.Weight;
            _order.Enqueue(answer);
        }

        if (answer.IsDone)
        {
            OnDone();
        }
    }

    /// <summary>Some answer is complete: what is complete from the oldest on goes out.</summary>
    public void OnDone()
    {
        // Under the lock, or two loops could hand over in the wrong order.
        lock (_gate)
        {
            while (_order.TryPeek(out var next) && next.IsDone)
            {
                output.Enqueue(_order.Dequeue());
            }
        }
    }

    /// <summary>An answer was written, or the connection broke.</summary>
    public void OnWritten(PhpAnswer answer)
    {
        TaskCompletionSource? room = null;
        TaskCompletionSource? none = null;
        lock (_gate)
        {
            _written++;
            _waiting -= answer.Weight;
            if (_waiting <= most / 2)
            {
                (room, _room) = (_room, null);
            }

            if (_waiting == 0)
            {
                (none, _none) = (_none, null);
            }
        }

        room?.SetResult();
        none?.SetResult();
    }

    /// <summary>Done when another query may be read.</summary>
    public Task RoomAsync()
    {
        lock (_gate)
        {
            return _waiting < most ? Task.CompletedTask : (_room ??= New()).Task;
        }
    }

    /// <summary>Done when every answer is written.</summary>
    public Task NoneWaitsAsync()
    {
        lock (_gate)
        {
            return _waiting == 0 ? Task.CompletedTask : (_none ??= New()).Task;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
