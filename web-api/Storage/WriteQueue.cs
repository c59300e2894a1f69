using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Storage;

/// <summary>What waits for the writer: bounded in number and in bytes; whoever finds it full is refused at once.</summary>
internal sealed class WriteQueue(int capacity, long capacityBytes) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _filled = new(0);
    private readonly Queue<WriteJob> _jobs = new();
    private long _bytes;
    private bool _closed;

    public bool TryAdd(WriteJob job)
    {
        bool wake;
        lock (_lock)
        {
            if (_closed || _jobs.Count >= capacity || (_jobs.Count > 0 && _bytes + job.Size > capacityBytes))
            {
                WebApiMeter.TurnedAway();
                return false;
            }

            wake = _jobs.Count == 0;
            _jobs.Enqueue(job);
            _bytes += job.Size;
            WebApiMeter.Waits(1, job.Size);
        }

        // One signal for what comes while the writer works: it takes all that waits.
        if (wake)
        {
            _filled.Release();
        }

        return true;
    }

    /// <summary>Waits for work and moves all of it, up to the limits of one transaction; false when closed and empty.</summary>
    public bool Take(List<WriteJob> batch, int maxJobs, long maxBytes)
    {
        while (true)
        {
            lock (_lock)
            {
                var bytes = 0L;
                while (batch.Count < maxJobs && _jobs.TryPeek(out var job) && (batch.Count == 0 || bytes + job.Size <= maxBytes))
                {
                    bytes += job.Size;
                    _bytes -= job.Size;
                    batch.Add(_jobs.Dequeue());
                }

                if (batch.Count > 0 || _closed)
                {
                    WebApiMeter.Waits(-batch.Count, -bytes);
                    return batch.Count > 0;
                }
            }

            // Only the writer's own thread waits here.
            _filled.Wait();
        }
    }

    /// <summary>Takes nothing more; what is in it is still written.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }

        _filled.Release();
    }

    public void Dispose() => _filled.Dispose();
}
