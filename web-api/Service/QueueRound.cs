using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Service;

/// <summary>
/// One telling of the queue. What is sent may be overtaken by what another web-api, or the answer to a claim, tells of a later moment; so
/// it is looked at again afterwards, and told again when it has changed: whoever was told last was told what is true.
/// </summary>
internal sealed class QueueRound(ServiceCases cases, Delivery delivery, QueueView view, LogClock clock, WebApiOptions options)
{
    // What goes on changing is told by the next round.
    private const int MostTellings = 4;

    /// <summary>
    /// Tells agents the queue and, with <paramref name="places"/>, waiting visitors their positions. False when it was still changing at the end.
    /// </summary>
    public async Task<bool> TellAsync(bool places)
    {
        var length = await TellAgentsAsync();
        var settled = length is not null;
        return (!places || length == 0 || await TellPositionsAsync()) && settled;
    }

    // How many wait; null when it was still changing.
    private async Task<long?> TellAgentsAsync()
    {
        var (queue, present) = await LookAsync();
        for (var told = 0; told < MostTellings; told++)
        {
            var nowMs = clock.NowMs;
            await Task.WhenAll(present.Select(agent =>
                delivery.TellAgentAsync(agent, FrameJson.Frame("queue", ServiceFrames.Queue(queue, present, agent, options.Service, nowMs)))));
            var (later, presentLater) = await LookAsync();
            if (later.Says(queue) && presentLater.SequenceEqual(present, StringComparer.Ordinal))
            {
                return queue.Length;
            }

            (queue, present) = (later, presentLater);
        }

        return null;
    }

    private async Task<(QueueSnapshot Queue, List<string> Present)> LookAsync()
    {
        var queue = await cases.SnapshotAsync(QueueView.LongestShown);
        return (queue, (await delivery.ListAgentsAsync()).Names);
    }

    private async Task<bool> TellPositionsAsync()
    {
        List<string> before = [];
        var waiting = await cases.ListWaitingAsync();
        for (var told = 0; told < MostTellings; told++)
        {
            await TellMovedAsync(before, waiting);
            (before, waiting) = (waiting, await cases.ListWaitingAsync());
            if (waiting.SequenceEqual(before, StringComparer.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    // Those who stand elsewhere than they were told, and those who were told a place and wait no more.
    private async Task TellMovedAsync(List<string> before, List<string> waiting)
    {
        var moved = waiting.Where((openid, index) => index >= before.Count || before[index] != openid);
        var gone = before.Except(waiting, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        var places = waiting.Select((openid, index) => (openid, index)).ToDictionary(entry => entry.openid, entry => entry.index + 1, StringComparer.Ordinal);
        await Task.WhenAll((await delivery.OnlineVisitorsAsync([.. moved, .. gone])).Select(async openid =>
            await delivery.TellVisitorAsync(openid, gone.Contains(openid) ? await view.OfVisitorAsync(openid) : ServiceFrames.Position(places[openid]))));
    }
}
