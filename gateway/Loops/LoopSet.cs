using Microsoft.Extensions.Logging;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>All loops of the gateway.</summary>
internal sealed class LoopSet : IWorkerLoops, ITransportListenerHandler, IDisposable
{
    private readonly GatewayLoop[] _loops;
    private readonly LoopSettings _settings;
    private readonly AcceptGate _gate;
    private long _turnedAway;

    /// <summary>Makes the loops; they do not run yet.</summary>
    public LoopSet(int count, GatewayAddress address, LoopSettings settings, TransportFactory transports, TimeProvider clock, ILogger<LoopSet> logger)
    {
        _settings = settings;
        _gate = new AcceptGate(settings.AcceptsWithoutWorker, clock);
        _loops = new GatewayLoop[count];
        for (var i = 0; i < count; i++)
        {
            _loops[i] = new GatewayLoop(new LoopPlace(i, count, address), settings, Listeners, transports.CreateLoop(i), this, logger);
        }
    }

    /// <inheritdoc/>
    public int Count => _loops.Length;

    /// <summary>Workers' sockets that the loops serve themselves.</summary>
    public int WorkerSockets => _loops.Sum(loop => loop.Events.InnerSockets);

    /// <summary>The loops.</summary>
    public IReadOnlyList<GatewayLoop> Loops => _loops;

    /// <summary>The bound listeners; to be filled before <see cref="Start"/>.</summary>
    public LoopListeners Listeners { get; } = new();

    /// <summary>Connections rejected because the connection limit was reached.</summary>
    public long TurnedAway => Interlocked.Read(ref _turnedAway);

    /// <summary>Their threads, for the listeners.</summary>
    public IReadOnlyList<EventLoop> Threads => [.. _loops.Select(loop => loop.Events)];

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        foreach (var loop in _loops)
        {
            loop.Events.Start(loop);
        }
    }

    /// <inheritdoc/>
    public bool TryPost(int loop, ILoopWork work) => _loops[loop].Events.Post(work);

    /// <summary>Gives a worker's connection to a loop; false when there is no such loop or it has ended.</summary>
    public bool TryPost(uint loop, WorkerArrival arrival) => loop < (uint)_loops.Length && _loops[loop].Events.Post(arrival);

    /// <summary>While there is no worker a listener rests between its clients.</summary>
    public void Rest(ClientListener listener) => _gate.Add(listener);

    /// <inheritdoc/>
    public void OnAccepted(AcceptedSocket accepted)
    {
        var total = 0;
        var hasWorker = false;
        foreach (var loop in _loops)
        {
            total += loop.Events.Connections;
            hasWorker |= loop.Workers.HasWorker;
        }

        _gate.OnAccepted(hasWorker);
        if (total > _settings.Connections)
        {
            Interlocked.Increment(ref _turnedAway);
            accepted.Discard();
        }
        else if (!accepted.Loop!.Post(accepted))
        {
            accepted.Discard();
        }
    }

    /// <summary>Has <paramref name="action"/> run on every loop's thread.</summary>
    public Task OnEachAsync(Action<GatewayLoop> action) => Task.WhenAll(_loops.Select(loop =>
    {
        var work = new OnLoop(loop, action);
        return loop.Events.Post(work) ? work.Done : Task.CompletedTask;
    }));

    /// <summary>
    /// Says goodbye to every client; done when the last has gone or the time is over, after which the rest is dropped. Half of the time is for
    /// the answers to what they have sent.
    /// </summary>
    public async Task CloseClientsAsync(CloseReason reason, TimeSpan time, TimeProvider clock)
    {
        await OnEachAsync(loop => loop.Clients.CloseAll(reason, time / 2));
        var end = clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency);
        while (clock.GetTimestamp() < end && _loops.Any(loop => loop.Events.Connections > 0))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
        }

        await OnEachAsync(loop => loop.Clients.DestroyAll(reason));
    }

    /// <summary>Done when every closed client has taken its goodbye, or the time is over.</summary>
    public async Task LingeredAsync(TimeSpan time, TimeProvider clock)
    {
        var end = clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency);
        while (clock.GetTimestamp() < end && _loops.Any(loop => loop.Events.Lingering > 0))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), clock);
        }
    }

    /// <summary>
    /// Done when the workers have handled what they were told last, or the time is over: every link has sent what waits and got its acknowledgements, and
    /// <paramref name="areQuiet"/>, for the workers that acknowledge nothing.
    /// </summary>
    public async Task WorkersIdleAsync(Func<bool> areQuiet, TimeSpan time, TimeProvider clock)
    {
        var end = clock.GetTimestamp() + (long)(time.TotalSeconds * clock.TimestampFrequency);
        var busy = true;
        while (busy && clock.GetTimestamp() < end)
        {
            busy = false;
            await OnEachAsync(loop => busy |= loop.Workers.HasUnsent || loop.Workers.HasUnacknowledged);
            busy |= !areQuiet();
            await Task.Delay(TimeSpan.FromMilliseconds(busy ? 10 : 0), clock);
        }
    }

    /// <summary>Ends the threads.</summary>
    public Task StopAsync() => Task.WhenAll(_loops.Select(loop => loop.Events.StopAsync()));

    /// <inheritdoc/>
    public void Dispose()
    {
        _gate.Dispose();
        foreach (var loop in _loops)
        {
            loop.Events.Dispose();
        }
    }

    /// <summary>An action for a loop's thread, with somebody who waits for it.</summary>
    private sealed class OnLoop(GatewayLoop loop, Action<GatewayLoop> action) : ILoopWork
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>It has run.</summary>
        public Task Done => _done.Task;

        /// <inheritdoc/>
        public void Run(ILoopContext context)
        {
            try
            {
                action(loop);
            }
            finally
            {
                _done.TrySetResult();
            }
        }
    }
}
