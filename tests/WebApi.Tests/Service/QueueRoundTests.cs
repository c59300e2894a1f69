using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Portico.WebApi.Messages;
using Portico.WebApi.Service;
using Portico.WebApi.Tests.Storage;

namespace Portico.WebApi.Tests.Service;

/// <summary>Two web-apis on one database tell the same agents and visitors; whatever order that happens in, what is told last is true.</summary>
public sealed class QueueRoundTests(MariaDbFixture server)
{
    [Theory]
    [InlineData("sqlite", 1)]
    [InlineData("sqlite", 2)]
    [InlineData("sqlite", 3)]
    [InlineData("sqlite", 4)]
    [InlineData("sqlite", 5)]
    [InlineData("sqlite", 6)]
    [InlineData("mysql", 2)]
    [InlineData("mysql", 4)]
    public async Task Tell_AnotherWebApiChangesTheQueueMeanwhile_TheLastWordIsTrue(string kind, int momentOfChange)
    {
        await using var api = await WebApiHarness.StartAsync(store: kind == "mysql" ? "mysql:" + await server.CreateDatabaseAsync() : null);
        var (alice, first, second) = (
            api.Gateways.Connect("service-agent:alice", "portico.v1", "service:agents"), api.Gateways.Connect("service:v1", "portico.v1"), api.Gateways.Connect("service:v2", "portico.v1"));
        var cases = api.Services.GetRequiredService<ServiceCases>();
        var round = api.Services.GetRequiredService<QueueRound>();
        await cases.EnqueueAsync("v1");
        await cases.EnqueueAsync("v2");
        var calls = 0;
        api.Gateways.Delay = async () =>
        {
            if (Interlocked.Increment(ref calls) == momentOfChange)
            {
                // What the other one does and tells is through before this one goes on.
                await cases.ClaimAsync("bob", "v1");
                await api.Services.GetRequiredService<Delivery>().TellVisitorAsync("v1", ServiceFrames.Claimed("bob"));
                await round.TellAsync(places: true);
            }
        };

        await round.TellAsync(places: true);

        Assert.InRange(calls, momentOfChange, int.MaxValue);
        var queue = await LastAsync(alice);
        Assert.Equal(["v2"], queue!.Value.GetProperty("waiting").EnumerateArray().Select(entry => entry.GetProperty("openid").GetString()));
        Assert.Equal(1, (await LastAsync(second))!.Value.GetProperty("position").GetInt32());
        Assert.Equal("claimed", (await LastAsync(first))!.Value.GetProperty("type").GetString());
    }

    private static async Task<JsonElement?> LastAsync(ScriptedClient client)
    {
        JsonElement? last = null;
        while (!client.IsQuiet)
        {
            last = await client.NextJsonAsync();
        }

        return last;
    }
}
