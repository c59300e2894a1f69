using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Results;
using Portico.Support;
using Portico.WebApi.Service;

namespace Portico.WebApi.Tests.Service;

/// <summary>A conversation goes back to the queue when its agent is known to have vanished, and not because nobody knows.</summary>
public sealed class LeaseKeeperTests
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData(CommandStatus.NoGateway)]
    [InlineData(CommandStatus.TimedOut)]
    public async Task Round_GatewaysAreNotKnownOrSilent_KeepsTheLeaseUntilTheAgentIsKnownToBeAway(CommandStatus failure)
    {
        var clock = new FakeClock();
        await using var api = await WebApiHarness.StartAsync(new() { ["Service:LeaseSeconds"] = "10" }, clock: clock);
        var cases = api.Services.GetRequiredService<ServiceCases>();
        await FirstRoundAsync(clock, api);
        await PassAsync(clock, api, TimeSpan.FromSeconds(20));
        await cases.EnqueueAsync("visitor");
        await cases.ClaimAsync("alice", "visitor");

        api.Gateways.Failure = failure;
        await PassAsync(clock, api, TimeSpan.FromSeconds(60));
        var whileUnknown = (await cases.FindOpenAsync("visitor"))!.State;
        api.Gateways.Connect("service-agent:alice", "portico.v1", "service:agents");
        api.Gateways.Failure = null;
        await PassAsync(clock, api, TimeSpan.FromSeconds(20));
        var withAgent = (await cases.FindOpenAsync("visitor"))!.State;
        await api.Gateways.CloseUidAsync("service-agent:alice");
        await PassAsync(clock, api, TimeSpan.FromSeconds(20));

        Assert.Equal((CaseState.Held, CaseState.Held), (whileUnknown, withAgent));
        await Guard.UntilAsync(async () => (await cases.FindOpenAsync("visitor"))!.State == CaseState.Waiting, "the vanished agent's conversation in the queue");
    }

    // The keeper begins to count its rounds a moment after the start.
    private static Task FirstRoundAsync(FakeClock clock, WebApiHarness api) => Guard.UntilAsync(
        () =>
        {
            clock.Advance(Round);
            return api.Gateways.AgentQuestions > 0;
        },
        "the first round of the leases");

    // A round at a time, each awaited by the question that it asks the gateways.
    private static async Task PassAsync(FakeClock clock, WebApiHarness api, TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += Round)
        {
            var asked = api.Gateways.AgentQuestions;
            clock.Advance(Round);
            await Guard.UntilAsync(() => api.Gateways.AgentQuestions > asked, "a round of the leases");
        }
    }
}
