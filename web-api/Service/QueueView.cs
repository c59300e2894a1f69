using System.Text.Json;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Service;

/// <summary>The queue as somebody sees it at this moment.</summary>
internal sealed class QueueView(ServiceCases cases, Delivery delivery, LogClock clock, WebApiOptions options)
{
    /// <summary>Waiting visitors that an agent is shown; more are a number to him.</summary>
    public const int LongestShown = 100;

    /// <summary>What an agent's <c>queue</c> holds. He is there, though his gateway may not have said so yet.</summary>
    public async Task<Action<Utf8JsonWriter>> OfAgentAsync(string agent)
    {
        var present = (await delivery.ListAgentsAsync()).Names;
        return ServiceFrames.Queue(
            await cases.SnapshotAsync(LongestShown), present.Contains(agent) ? present : [.. present.Append(agent).Order(StringComparer.Ordinal)],
            agent, options.Service, clock.NowMs);
    }

    /// <summary>The one frame that tells a visitor where he stands: queue, claimed or closed.</summary>
    public async Task<ReadOnlyMemory<byte>> OfVisitorAsync(string openid)
    {
        if (await cases.FindOpenAsync(openid) is { } open)
        {
            return open.State switch
            {
                CaseState.Held => ServiceFrames.Claimed(open.Agent),
                CaseState.Left => ServiceFrames.Left(),
                _ => ServiceFrames.Position(await cases.PositionAsync(open)),
            };
        }

        return await cases.FindLastClosedAsync(openid) is { Score: null, Rateable: true } ? ServiceFrames.Closed() : ServiceFrames.Position(0);
    }
}
