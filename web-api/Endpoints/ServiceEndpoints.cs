using Microsoft.AspNetCore.Http;
using Portico.WebApi.Hosting;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>What a backend asks about the customer service, below /api/v1/service; with an API key alone.</summary>
internal sealed class ServiceEndpoints(RequestScopes scopes, ServiceCases cases, LogClock clock, WebApiOptions options)
{
    private const int UsualPage = 50;

    /// <summary><c>GET /api/v1/service/queue</c>: who waits, who is held by whom.</summary>
    public async Task QueueAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.RequireBackend();
        scope.Arguments.ThrowIfFaulty();
        var queue = await cases.SnapshotAsync(options.Limits.PageLength);
        await Replies.JsonAsync(context, json =>
        {
            ServiceFrames.WriteCases(json, "waiting", queue.Waiting);
            ServiceFrames.WriteCounts(json, queue);
            ServiceFrames.WriteCases(json, "held", queue.Held, withAgent: true);
            json.WriteNumber("now"u8, clock.NowMs);
        });
    }

    /// <summary><c>GET /api/v1/service/ratings?after=&amp;limit=</c>: in the order of their ids.</summary>
    public async Task RatingsAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        scope.RequireBackend();
        var after = scope.Arguments.Number("after", 0, 0, long.MaxValue);
        var limit = (int)scope.Arguments.Number("limit", UsualPage, 1, options.Limits.PageLength);
        scope.Arguments.ThrowIfFaulty();
        var rated = await cases.ListRatedAsync(after, limit + 1);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteStartArray("ratings"u8);
            foreach (var row in rated.Take(limit))
            {
                json.WriteStartObject();
                json.WriteNumber("id"u8, row.Id);
                json.WriteString("openid"u8, row.Openid);
                json.WriteString("agent"u8, row.Agent);
                json.WriteNumber("score"u8, row.Score ?? 0);
                json.WriteString("text"u8, row.Rating ?? "");
                json.WriteNumber("closed_at"u8, row.ClosedAtMs ?? 0);
                json.WriteNumber("rated_at"u8, row.RatedAtMs ?? 0);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteBoolean("more"u8, rated.Count > limit);
        });
    }
}
