using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Messages;

/// <summary>
/// Pushes committed messages, one at a time for each conversation, so that they leave in the order of their sequence numbers. A
/// conversation always has the same lane; lanes work side by side.
/// </summary>
internal sealed partial class Pusher : IHostedService
{
    private const int LaneCount = 64;

    private readonly Delivery _delivery;
    private readonly ILogger<Pusher> _logger;
    private readonly Channel<PushJob>[] _lanes;
    private Task _work = Task.CompletedTask;

    public Pusher(Delivery delivery, WebApiOptions options, ILogger<Pusher> logger)
    {
        _delivery = delivery;
        _logger = logger;
        _lanes = [.. Enumerable.Range(0, LaneCount).Select(_ => Channel.CreateBounded<PushJob>(
            new BoundedChannelOptions(options.Limits.PushQueue) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait }))];
    }

    /// <summary>Queues a push; called by the writer's thread in the order of the sequence numbers. What finds its lane full is left to the next sync.</summary>
    public void Post(PushJob job)
    {
        if (!_lanes[job.At.ConversationId % LaneCount].Writer.TryWrite(job))
        {
            LogLaneFull(job.At.ConversationId);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _work = Task.WhenAll(_lanes.Select(lane => Task.Run(() => WorkAsync(lane.Reader), CancellationToken.None)));
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var lane in _lanes)
        {
            lane.Writer.TryComplete();
        }

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

    [SuppressMessage("Design", "CA1031", Justification = "The loop's border: a push that fails is left to the receiver's next sync, and the lane goes on.")]
    private async Task WorkAsync(ChannelReader<PushJob> lane)
    {
        await foreach (var job in lane.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await _delivery.PushAsync(job);
            }
            catch (Exception fault)
            {
                LogPushFailed(job.At.Id, fault.Message);
            }
        }
    }
}
