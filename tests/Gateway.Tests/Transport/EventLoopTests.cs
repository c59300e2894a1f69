using System.Collections.Concurrent;
using Portico.Gateway.Transport;
using Portico.Support;

namespace Portico.Gateway.Tests.Transport;

public sealed class EventLoopTests
{
    [Fact]
    public async Task Turn_EachStep_InTheOrderOfTheContract()
    {
        var owner = new RecordingOwner();
        var transport = new ScriptedTransport(owner.Steps);
        using var loop = new EventLoop(0, transport, new FakeClock(), new RecordingLoggers());
        Assert.True(loop.Post("first"));
        Assert.True(loop.Post("second"));

        loop.Start(owner);
        await Guard.UntilAsync(() => owner.Steps.Count >= 7, "a turn");
        await loop.StopAsync().Guarded();

        Assert.Equal(["sockets", "after sockets", "first", "second", "after inbox", "transport tick", "tick"], owner.Steps.Take(7));
    }

    [Fact]
    public async Task Post_FromManyThreads_AllComeInTheOrderOfEachThread()
    {
        const int Threads = 8;
        const int Each = 20_000;
        var seen = new int[Threads];
        var owner = new RecordingOwner { Inbox = item => Expect(seen, ((int, int))item) };
        using var loop = new EventLoop(0, NewTransport(), TimeProvider.System, new RecordingLoggers());
        loop.Start(owner);

        var threads = Enumerable.Range(0, Threads).Select(t => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Assert.True(loop.Post((t, i)));
                if (i % 1000 == 0)
                {
                    Thread.Yield();
                }
            }
        }));
        await Task.WhenAll(threads).Guarded();
        await Guard.UntilAsync(() => Volatile.Read(ref owner.Items) == Threads * Each, "all items");

        Assert.All(seen, count => Assert.Equal(Each, count));
    }

    [Fact]
    public async Task Post_ToASleepingLoop_WakesItEachTime()
    {
        var owner = new RecordingOwner();
        using var loop = new EventLoop(0, NewTransport(), new FakeClock(), new RecordingLoggers());
        loop.Start(owner);

        // Each waits for the answer, so the loop sleeps in between; a lost wake-up would cost a whole tick each time.
        for (var i = 0; i < 3000; i++)
        {
            var answered = new TaskCompletionSource();
            owner.Inbox = _ => answered.TrySetResult();
            loop.Post(i);
            await answered.Task.Guarded();
        }

        await Guard.UntilAsync(() => Volatile.Read(ref owner.Items) == 3000, "the last");
    }

    [Fact]
    public async Task Post_BatchWhileTheLoopWorks_CostsNoWakeUp()
    {
        var owner = new RecordingOwner();
        var transport = new ScriptedTransport(owner.Steps);
        using var loop = new EventLoop(0, transport, new FakeClock(), new RecordingLoggers());
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        owner.Inbox = item =>
        {
            if (item is "hold")
            {
                begun.Set();
                goOn.Wait(Guard.Limit);
            }
        };
        loop.Start(owner);
        loop.Post("hold");
        Assert.True(begun.Wait(Guard.Limit));

        var before = transport.Wakes;
        for (var i = 0; i < 1000; i++)
        {
            loop.Post(i);
        }

        Assert.Equal(before, transport.Wakes);
        goOn.Set();
        await Guard.UntilAsync(() => Volatile.Read(ref owner.Items) == 1001, "the batch");
    }

    [Fact]
    public async Task AfterInbox_WorkIsLeft_TheLoopDoesNotSleep()
    {
        var (turns, slept) = (0, 0);
        var owner = new RecordingOwner();
        var transport = new ScriptedTransport(owner.Steps);
        owner.MoreWork = () =>
        {
            // Up to here: afterwards it sleeps, for as long as the test is not looked at.
            slept = turns < 500 ? transport.Sleeps : slept;
            return ++turns < 500;
        };
        using var loop = new EventLoop(0, transport, new FakeClock(), new RecordingLoggers());

        loop.Start(owner);
        await Guard.UntilAsync(() => Volatile.Read(ref turns) >= 500, "500 turns");

        Assert.InRange(slept, 0, 1);
    }

    [Fact]
    public async Task OnTick_ClockMoves_ComesOnceEachQuarterOfASecond()
    {
        var clock = new FakeClock();
        var owner = new RecordingOwner();
        using var loop = new EventLoop(0, NewTransport(), clock, new RecordingLoggers());
        loop.Start(owner);
        await Guard.UntilAsync(() => owner.Ticks.Count == 1, "the first tick");

        clock.Advance(TimeSpan.FromMilliseconds(100));
        await TurnAsync(loop);
        Assert.Single(owner.Ticks);
        clock.Advance(TimeSpan.FromMilliseconds(150));
        await TurnAsync(loop);
        await Guard.UntilAsync(() => owner.Ticks.Count == 2, "the second tick");

        Assert.Equal([0L, 250L], owner.Ticks);
    }

    [Fact]
    public async Task Owner_ThrowsEverywhere_TheLoopGoesOnAndSaysSo()
    {
        var log = new RecordingLoggers();
        var owner = new RecordingOwner { Inbox = item => throw new InvalidOperationException("on purpose"), Throws = true };
        using var loop = new EventLoop(0, NewTransport(), new FakeClock(), log);
        loop.Start(owner);

        loop.Post("a");
        loop.Post("b");
        await Guard.UntilAsync(() => log.Count(201) == 2, "both items");
        owner.Throws = false;
        owner.Inbox = null;
        loop.Post("c");
        await Guard.UntilAsync(() => owner.Steps.Contains("c"), "the next item");

        Assert.True(log.Count(200) > 0);
    }

    [Fact]
    public async Task StopAsync_GivesTheInboxToTheOwner_ThenTakesNothing()
    {
        var owner = new RecordingOwner();
        var transport = new ScriptedTransport(owner.Steps);
        using var loop = new EventLoop(0, transport, TimeProvider.System, new RecordingLoggers());
        loop.Start(owner);
        loop.Post("last");

        await loop.StopAsync().Guarded();
        await loop.StopAsync().Guarded();

        Assert.Contains("last", owner.Steps);
        Assert.False(loop.Post("too late"));
        Assert.True(transport.Disposed);
    }

    [Fact]
    public async Task StopAsync_NeverStarted_Ends()
    {
        using var loop = new EventLoop(0, NewTransport(), TimeProvider.System, new RecordingLoggers());

        await loop.StopAsync().Guarded();

        Assert.False(loop.Post("x"));
    }

    private static async Task TurnAsync(EventLoop loop)
    {
        await Task.Yield();
        loop.Post("turn");
        await Guard.UntilAsync(() => loop.InboxCount == 0, "a turn");
    }

    private static SocketTransport NewTransport() => new(new TransportOptions(), new HandlerFaults(new RecordingLoggers()));

    private static void Expect(int[] seen, (int Thread, int Number) item)
    {
        Assert.Equal(seen[item.Thread], item.Number);
        seen[item.Thread]++;
    }

    private sealed class RecordingOwner : ILoopOwner
    {
        public int Items;

        public ConcurrentQueue<string> Steps { get; } = new();

        public ConcurrentQueue<long> Ticks { get; } = new();

        public Action<object>? Inbox { get; set; }

        public Func<bool> MoreWork { get; set; } = () => false;

        public bool Throws { get; set; }

        public void AfterSockets() => Step("after sockets");

        public void OnInbox(object item)
        {
            Steps.Enqueue(item.ToString()!);
            Inbox?.Invoke(item);
            Interlocked.Increment(ref Items);
        }

        public bool AfterInbox()
        {
            Step("after inbox");
            return MoreWork();
        }

        public void OnTick(long now)
        {
            Ticks.Enqueue(now);
            Step("tick");
        }

        private void Step(string name)
        {
            Steps.Enqueue(name);
            if (Throws)
            {
                throw new InvalidOperationException("on purpose");
            }
        }
    }

    private sealed class ScriptedTransport(ConcurrentQueue<string> steps) : IClientTransport
    {
        private readonly SemaphoreSlim _wake = new(0);

        public int Wakes;

        public int Sleeps;

        public bool Disposed { get; private set; }

        public int SocketCount => 0;

        public bool Wait(int timeoutMilliseconds)
        {
            if (timeoutMilliseconds != 0)
            {
                Sleeps++;
                _wake.Wait(timeoutMilliseconds);
            }

            return false;
        }

        public void Dispatch() => steps.Enqueue("sockets");

        public void Wake()
        {
            Interlocked.Increment(ref Wakes);
            _wake.Release();
        }

        public TransportSocket Adopt(AcceptedSocket accepted, ITransportSocketHandler handler) => throw new NotSupportedException();

        public void OnTick(long now) => steps.Enqueue("transport tick");

        public void Dispose() => Disposed = true;
    }
}
