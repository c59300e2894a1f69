using Portico.Gateway.Transport;

namespace Portico.Gateway.Loops;

/// <summary>
/// Slows the listeners while no worker is there: clients that nobody can serve wait in the kernel's queue, where they cost nothing, and
/// come in at a bounded rate when a worker is back. Any thread.
/// </summary>
internal sealed class AcceptGate : IDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly List<ClientListener> _listeners = [];
    private readonly ITimer _timer;
    private readonly int _stepAllowance;
    private int _left;

    /// <summary>Lets <paramref name="acceptsPerSecond"/> clients in while there is no worker.</summary>
    public AcceptGate(int acceptsPerSecond, TimeProvider clock)
    {
        _stepAllowance = Math.Max(1, acceptsPerSecond / 10);
        _left = _stepAllowance;
        _timer = clock.CreateTimer(_ => Refill(), null, Step, Step);
    }

    /// <summary>One more listener to slow.</summary>
    public void Add(ClientListener listener)
    {
        lock (_gate)
        {
            _listeners.Add(listener);
        }
    }

    /// <summary>A client was accepted.</summary>
    public void OnAccepted(bool hasWorker)
    {
        if (!hasWorker && Interlocked.Decrement(ref _left) <= 0)
        {
            Pause(true);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void Refill()
    {
        if (Interlocked.Exchange(ref _left, _stepAllowance) <= 0)
        {
            Pause(false);
        }
    }

    private void Pause(bool paused)
    {
        lock (_gate)
        {
            foreach (var listener in _listeners)
            {
                listener.Paused = paused;
            }
        }
    }
}
