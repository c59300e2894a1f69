using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport;

/// <summary>
/// One thread that waits for sockets and for what other threads post, and drives its <see cref="ILoopOwner"/> in the order told there.
/// It never blocks but in <see cref="IClientTransport.Wait"/>.
/// </summary>
internal sealed partial class EventLoop : IDisposable
{
    private const int TickMilliseconds = 250;

    private readonly IClientTransport _transport;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Inbox _inbox = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Thread? _thread;
    private ILoopOwner? _owner;
    private volatile bool _stopping;
    private bool _busy;
    private int _onTheWay;
    private int _inner;
    private long _now;
    private long _nextTick;

    /// <summary>Creates a loop that does not run yet.</summary>
    /// <param name="index">Its number among the gateway's loops, from 0.</param>
    /// <param name="transport">How it learns of bytes; the loop disposes it at its end.</param>
    /// <param name="clock">Source of the ticks.</param>
    /// <param name="logger">Hears of callbacks that threw.</param>
    public EventLoop(int index, IClientTransport transport, TimeProvider clock, ILogger logger)
    {
        Index = index;
        _transport = transport;
        _clock = clock;
        _logger = logger;
        _now = ReadClock();
    }

    /// <summary>Its number among the gateway's loops, from 0.</summary>
    public int Index { get; }

    /// <summary>Its transport, for <see cref="IClientTransport.Adopt"/> on the loop's thread.</summary>
    public IClientTransport Transport => _transport;

    /// <summary>Client connections it has or is about to get. Any thread; may be a moment old.</summary>
    public int Connections => _transport.SocketCount + Volatile.Read(ref _onTheWay) - Volatile.Read(ref _inner);

    /// <summary>Sockets that are no clients'. Any thread.</summary>
    public int InnerSockets => Volatile.Read(ref _inner);

    /// <summary>Closed connections whose peers have not taken the last bytes yet. Any thread; may be a moment old.</summary>
    public int Lingering => _transport.LingeringCount;

    /// <summary>Milliseconds of the injected clock when this turn began, monotonic. Loop thread.</summary>
    public long Now => _now;

    /// <summary>True on the loop's own thread.</summary>
    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Items that other threads posted and that are not handled yet; may be a moment old.</summary>
    public int InboxCount => _inbox.Count;

    /// <summary>Done when the thread has ended.</summary>
    public Task Completion => _ended.Task;

    /// <summary>Starts the thread.</summary>
    public void Start(ILoopOwner owner)
    {
        _owner = owner;
        _thread = new Thread(Run) { IsBackground = true, Name = $"gateway loop {Index}" };
        _thread.Start();
    }

    /// <summary>
    /// Hands <paramref name="item"/> to the owner's <see cref="ILoopOwner.OnInbox"/>, in the order of the calls. Any thread; never
    /// blocks for long. See <see cref="Inbox"/> for who must bound what is posted.
    /// </summary>
    /// <returns>False when the loop has ended; the item is then the caller's to clean up.</returns>
    public bool Post(object item)
    {
        var posted = _inbox.Post(item, out var wake);
        if (wake)
        {
            _transport.Wake();
        }

        return posted;
    }

    /// <summary>
    /// Ends the loop after its present turn: what is still in the inbox is given to the owner, then all sockets are closed. Idempotent.
    /// </summary>
    public Task StopAsync()
    {
        _stopping = true;
        _transport.Wake();
        if (_thread is null)
        {
            Dispose();
        }

        return Completion;
    }

    /// <summary>Ends the loop without waiting for it.</summary>
    public void Dispose()
    {
        _stopping = true;
        if (_thread is null)
        {
            End();
        }
        else
        {
            _transport.Wake();
        }
    }

    /// <summary>A listener picked this loop for a socket.</summary>
    internal void Expect() => Interlocked.Increment(ref _onTheWay);

    /// <summary>The socket was adopted or discarded.</summary>
    internal void Arrived() => Interlocked.Decrement(ref _onTheWay);

    /// <summary>A socket that is no client's was adopted (1) or is closed (-1). Loop thread.</summary>
    internal void CountInner(int change) => Volatile.Write(ref _inner, _inner + change);

    private void Run()
    {
        var busy = false;
        while (!_stopping)
        {
            busy = Turn(busy);
        }

        _inbox.Close();
        DrainInbox();
        End();
    }

    private bool Turn(bool busy)
    {
        Guard(busy ? static loop => loop._transport.Wait(0) : static loop => loop.WaitForWork());
        _now = ReadClock();
        Guard(static loop => loop._transport.Dispatch());
        Guard(static loop => loop._owner!.AfterSockets());
        DrainInbox();
        _busy = false;
        Guard(static loop => loop._busy = loop._owner!.AfterInbox());
        if (_now >= _nextTick)
        {
            _nextTick = _now + TickMilliseconds;
            Guard(static loop => loop._transport.OnTick(loop._now));
            Guard(static loop => loop._owner!.OnTick(loop._now));
        }

        return _busy || _inbox.Count > 0;
    }

    private void WaitForWork()
    {
        if (!_transport.Wait(0) && _inbox.TrySleep())
        {
            _transport.Wait((int)Math.Clamp(_nextTick - _now, 1, TickMilliseconds));
            _inbox.Awake();
        }
    }

    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "Event loop border: the fault is logged; a loop that ends would take all its clients with it.")]
    private void Guard(Action<EventLoop> step)
    {
        try
        {
            step(this);
        }
        catch (Exception exception)
        {
            LogStepFailed(exception, Index);
        }
    }

    private void DrainInbox()
    {
        var items = _inbox.Take();
        if (items.IsEmpty)
        {
            return;
        }

        foreach (var item in items)
        {
            Handle(item);
        }

        _inbox.Clear(items.Length);
    }

    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "Event loop border: the fault is logged and the item is lost; those behind it must not be.")]
    private void Handle(object item)
    {
        try
        {
            _owner!.OnInbox(item);
        }
        catch (Exception exception)
        {
            LogItemFailed(exception, Index, item.GetType().Name);
        }
    }

    private void End()
    {
        _inbox.Close();
        _transport.Dispose();
        _ended.TrySetResult();
    }

    private long ReadClock() => (long)(_clock.GetTimestamp() * (1000.0 / _clock.TimestampFrequency));
}
