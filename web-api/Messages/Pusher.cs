using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.WebApi.Hosting;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Messages;

/// <summary>
/// Pushes committed messages. One loop hands them to the gateways' streams in the order in which they were committed, which is that of the
/// sequence numbers; it does not wait for a gateway's answer before it hands over the next, since a stream keeps its order. While no gateway is
/// known (no register has answered yet) pushes are kept for <see cref="KeptSeconds"/>, within the bounds of the queue.
/// </summary>
internal sealed partial class Pusher : IHostedService, IDisposable
{
    // Pushes whose gateways have not answered yet. What a gateway that hangs holds back is so bounded, until its call times out.
    private const int UnderWay = 1024;

    /// <summary>A push that has waited so long for the first gateway is given up. Clients have reconnected and synchronised by then.</summary>
    internal const int KeptSeconds = 30;

    // Of the time to stop: pushes that a gateway has not confirmed may still be. The next start looks at the last minute of the log.
    private static readonly TimeSpan LastTries = TimeSpan.FromSeconds(2);

    private readonly Delivery _delivery;
    private readonly PushQueues _queues;
    private readonly RecentMessages _recent;
    private readonly RegisterWatcher _registers;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILogger<Pusher> _logger;
    private readonly Channel<(PushJob Job, long Since)> _waiting;
    private readonly Queue<Task> _underWay = new();
    private readonly long _mostBytes;
    private long _bytes;
    private long _keptSince = long.MinValue;
    private Task _work = Task.CompletedTask;

    public Pusher(
        Delivery delivery, PushQueues queues, RecentMessages recent, RegisterWatcher registers, WebApiOptions options, TimeProvider time,
        ILogger<Pusher> logger)
    {
        _delivery = delivery;
        _queues = queues;
        _recent = recent;
        _registers = registers;
        _time = time;
        _logger = logger;
        _mostBytes = options.Limits.PushBytes;
        _waiting = Channel.CreateBounded<(PushJob, long)>(new BoundedChannelOptions(options.Limits.PushQueue) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>
    /// Queues a push; called by the writer's thread in the order of the sequence numbers. What finds the queue full is left to the next sync.
    /// </summary>
    public void Post(PushJob job)
    {
        // One goes always: a limit below the largest message would push none.
        var bytes = Interlocked.Add(ref _bytes, job.Bytes);
        if ((bytes > _mostBytes && bytes > job.Bytes) || !_waiting.Writer.TryWrite((job, _time.GetTimestamp())))
        {
            Interlocked.Add(ref _bytes, -job.Bytes);
            WebApiMeter.Pushed("turned_away");
            LogQueueFull(job.At.ConversationId);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _work = Task.Run(WorkAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _waiting.Writer.TryComplete();
        await _stopping.CancelAsync();
        try
        {
            await _work.WaitAsync(cancellationToken);
            for (var began = _time.GetTimestamp(); !_queues.IsIdle && _time.GetElapsedTime(began) < LastTries;)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The host's time to stop is over; receivers get the rest on their next sync.
            LogStoppedEarly();
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task WorkAsync()
    {
        await RepeatRecentAsync();
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var givenUp = 0;
            while (_waiting.Reader.TryRead(out var next))
            {
                if (_registers.Current.Addresses.Count == 0)
                {
                    await WaitForGatewayAsync();
                }

                if (next.Since < _keptSince)
                {
                    givenUp++;
                    GiveUp(next.Job);
                    continue;
                }

                if (_underWay.Count == UnderWay)
                {
                    await _underWay.Dequeue();
                }

                var push = PushAsync(next.Job);
                if (!push.IsCompleted)
                {
                    _underWay.Enqueue(push);
                }
            }

            if (givenUp > 0)
            {
                LogGivenUp(givenUp, KeptSeconds);
            }

            while (_underWay.TryPeek(out var first) && first.IsCompleted)
            {
                _ = _underWay.Dequeue();
            }
        }

        await Task.WhenAll(_underWay);
    }

    // Before the first new message, so that each conversation keeps its order.
    [SuppressMessage("Design", "CA1031", Justification = "A log that cannot be read now is no reason not to push what is stored from now on.")]
    private async Task RepeatRecentAsync()
    {
        var began = _time.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            if (_registers.Current.Addresses.Count == 0)
            {
                await WaitForGatewayAsync();
                _stopping.Token.ThrowIfCancellationRequested();
            }

            var jobs = await _recent.ReadAsync(began);
            foreach (var job in jobs)
            {
                if (_underWay.Count == UnderWay)
                {
                    await _underWay.Dequeue();
                }

                Interlocked.Add(ref _bytes, job.Bytes);
                _underWay.Enqueue(PushAsync(job));
            }

            if (jobs.Count > 0)
            {
                LogRepeated(jobs.Count, RecentMessages.Seconds);
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops before a gateway was known.
        }
        catch (Exception fault)
        {
            LogNotRepeated(fault.Message);
        }
    }

    private async Task WaitForGatewayAsync()
    {
        try
        {
            await _registers.WaitForGatewayAsync(_stopping.Token);
            _keptSince = _time.GetTimestamp() - (KeptSeconds * _time.TimestampFrequency);
        }
        catch (OperationCanceledException)
        {
            // The process stops without having known a gateway: what is in the queue is given up.
            _keptSince = long.MaxValue;
        }
    }

    private void GiveUp(PushJob job)
    {
        Interlocked.Add(ref _bytes, -job.Bytes);
        WebApiMeter.Pushed("given_up");
    }

    [SuppressMessage("Design", "CA1031", Justification = "The loop's border: a push that fails is left to the receiver's next sync, and the loop goes on.")]
    private async Task PushAsync(PushJob job)
    {
        try
        {
            if (await _delivery.PushAsync(job))
            {
                WebApiMeter.Pushed("done");
            }
        }
        catch (Exception fault)
        {
            WebApiMeter.Pushed("failed");
            LogPushFailed(job.At.Id, fault.Message);
        }
        finally
        {
            Interlocked.Add(ref _bytes, -job.Bytes);
        }
    }
}
