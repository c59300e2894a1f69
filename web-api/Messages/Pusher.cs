using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Hosting;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Messages;

/// <summary>
/// Pushes committed messages. One loop hands them to the gateways' streams in the order in which they were committed, which is that of the
/// sequence numbers; it does not wait for a gateway's word before it hands over the next, since a stream keeps its order.
/// </summary>
internal sealed partial class Pusher : IHostedService
{
    // Pushes whose gateways have not answered yet. What a gateway that hangs holds back is so bounded, until its call times out.
    private const int UnderWay = 1024;

    private readonly Delivery _delivery;
    private readonly ILogger<Pusher> _logger;
    private readonly Channel<PushJob> _waiting;
    private readonly Queue<Task> _underWay = new();
    private readonly long _mostBytes;
    private long _bytes;
    private Task _work = Task.CompletedTask;

    public Pusher(Delivery delivery, WebApiOptions options, ILogger<Pusher> logger)
    {
        _delivery = delivery;
        _logger = logger;
        _mostBytes = options.Limits.PushBytes;
        _waiting = Channel.CreateBounded<PushJob>(new BoundedChannelOptions(options.Limits.PushQueue) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>Queues a push; called by the writer's thread in the order of the sequence numbers. What finds the queue full is left to the next sync.</summary>
    public void Post(PushJob job)
    {
        // One goes always: a limit below the largest message would push none.
        var bytes = Interlocked.Add(ref _bytes, job.Bytes);
        if ((bytes > _mostBytes && bytes > job.Bytes) || !_waiting.Writer.TryWrite(job))
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
        try
        {
            await _work.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The host's time to stop is over; receivers get the rest on their next sync.
            LogStoppedEarly();
        }
    }

    private async Task WorkAsync()
    {
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (_waiting.Reader.TryRead(out var job))
            {
                if (_underWay.Count == UnderWay)
                {
                    await _underWay.Dequeue();
                }

                var push = PushAsync(job);
                if (!push.IsCompleted)
                {
                    _underWay.Enqueue(push);
                }
            }

            while (_underWay.TryPeek(out var first) && first.IsCompleted)
            {
                _ = _underWay.Dequeue();
            }
        }

        await Task.WhenAll(_underWay);
    }

    [SuppressMessage("Design", "CA1031", Justification = "The loop's border: a push that fails is left to the receiver's next sync, and the loop goes on.")]
    private async Task PushAsync(PushJob job)
    {
        try
        {
            await _delivery.PushAsync(job);
            WebApiMeter.Pushed("done");
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
