using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portico.Contracts.Results;
using Portico.Support;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Messages;

/// <summary>A committed message reaches the receiver's screen although the gateway did not confirm its push, once and in order.</summary>
public sealed class PushRepetitionTests : IAsyncLifetime
{
    private RpcRegister _register = null!;

    private Dictionary<string, string?> Settings => new() { ["WebApi:RegisterAddress:0"] = _register.Address };

    public async ValueTask InitializeAsync() => _register = await RpcRegister.StartAsync();

    public ValueTask DisposeAsync() => _register.DisposeAsync();

    [Theory]
    [InlineData(CommandStatus.GatewayGone)]
    [InlineData(CommandStatus.TimedOut)]
    public async Task Push_NotConfirmedForAWhile_IsRepeatedInOrderToOldAndNewClients(CommandStatus status)
    {
        await using var api = await WebApiHarness.StartShopAsync(Settings);
        var (old, fresh) = (api.Gateways.Connect("V_2"), api.Gateways.Connect("V_2", "portico.v1"));
        api.Gateways.SendFault = () => (status, false);
        string[] texts = ["one", "two", "three"];
        foreach (var text in texts)
        {
            await SendAsync(api, text);
        }

        Assert.True(old.IsQuiet && fresh.IsQuiet);
        api.Gateways.SendFault = null;
        await SendAsync(api, "four");

        foreach (var text in (string[])[.. texts, "four"])
        {
            Assert.Equal(text, (await old.NextJsonAsync()).GetProperty("content").GetString());
            Assert.Equal(text, (await fresh.NextJsonAsync()).GetProperty("content").GetString());
        }

        await IdleAsync(api);
        Assert.True(old.IsQuiet && fresh.IsQuiet);
    }

    [Fact]
    public async Task Push_CarriedOutButTheAnswerIsLost_IsRepeatedUnderTheSameNameAndShownOnce()
    {
        await using var api = await WebApiHarness.StartShopAsync(Settings);
        var (old, fresh) = (api.Gateways.Connect("V_2"), api.Gateways.Connect("V_2", "portico.v1"));
        api.Gateways.SendFault = () => (CommandStatus.TimedOut, true);
        await SendAsync(api, "once");
        Assert.Equal("once", (await old.NextJsonAsync()).GetProperty("content").GetString());
        Assert.Equal("once", (await fresh.NextJsonAsync()).GetProperty("content").GetString());

        api.Gateways.SendFault = null;
        await IdleAsync(api);

        Assert.True(old.IsQuiet && fresh.IsQuiet);
        var names = api.Gateways.Sends.GroupBy(send => send.Push).ToList();
        Assert.Equal(3, names.Count);
        // The first one at once; those after it wait for it, so that they keep their order.
        Assert.Equal(TimeSpan.Zero, names[0].First().PushAge);
        Assert.True(names[0].Count() > 1);
        Assert.All(names, sends => Assert.All(sends.Skip(ReferenceEquals(sends, names[0]) ? 1 : 0), repeated => Assert.True(repeated.PushAge > TimeSpan.Zero)));
    }

    [Fact]
    public async Task Push_NotConfirmedForLongerThanItIsKept_IsGivenUpAndNewClientsAreToldToSynchronise()
    {
        var clock = new FakeClock { Start = DateTimeOffset.UtcNow };
        await using var api = await WebApiHarness.StartShopAsync(Settings, clock: clock);
        var (old, fresh) = (api.Gateways.Connect("V_2"), api.Gateways.Connect("V_2", "portico.v1"));
        api.Gateways.SendFault = () => (CommandStatus.GatewayGone, false);
        await SendAsync(api, "late");
        await Guard.UntilAsync(() => !api.Gateways.Sends.IsEmpty, "the push was tried");

        clock.Advance(TimeSpan.FromSeconds(GatewayPushes.KeptSeconds));
        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(2));
                return api.Gateways.Sends.Any(send => send.Push == 0);
            },
            "the push is given up");
        api.Gateways.SendFault = null;
        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(2));
                return !fresh.IsQuiet;
            },
            "the new client is told");

        Assert.Equal("""{"type":"resync"}""", await fresh.NextAsync());
        Assert.True(old.IsQuiet);
    }

    [Fact]
    public async Task Gateway_ThatStaysAwayAfterItsPushesWereGivenUp_IsAskedAtThePaceOfTheClockOnly()
    {
        var clock = new FakeClock { Start = DateTimeOffset.UtcNow };
        await using var api = await WebApiHarness.StartShopAsync(Settings, clock: clock);
        api.Gateways.SendFault = () => (CommandStatus.GatewayGone, false);
        await SendAsync(api, "late");
        await Guard.UntilAsync(() => !api.Gateways.Sends.IsEmpty, "the push was tried");
        clock.Advance(TimeSpan.FromSeconds(GatewayPushes.KeptSeconds));
        await Guard.UntilAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromSeconds(2));
                return api.Gateways.Sends.Any(send => send.Push == 0);
            },
            "it was tried to tell the clients");

        // The clock stands still: a round trip later nothing more was tried than what was under way.
        var before = api.Gateways.Sends.Count;
        for (var i = 0; i < 20; i++)
        {
            using var answer = await api.GetAsync("/api/v1/messages?uid=V_2&with=U_1");
        }

        Assert.InRange(api.Gateways.Sends.Count, before, before + 1);
    }

    [Fact]
    public async Task Recall_NotConfirmed_IsRepeated_TypingIsNot()
    {
        await using var api = await WebApiHarness.StartShopAsync(Settings);
        var merchant = api.Gateways.Connect("V_2", "portico.v1");
        var sent = await (await SendAsync(api, "take back")).ReadAsync();
        var conversation = sent.GetProperty("conversation").GetString()!;
        Assert.Equal("take back", (await merchant.NextJsonAsync()).GetProperty("content").GetString());
        await IdleAsync(api);

        api.Gateways.SendFault = () => (CommandStatus.GatewayGone, false);
        await api.JsonAsync(HttpMethod.Post, "/api/v1/recall", new { uid = "U_1", conversation, seq = 1 });
        var log = api.Services.GetRequiredService<ChatLog>();
        Assert.True(ConversationId.TryParse(conversation, out var id));
        await api.Services.GetRequiredService<Typing>().TellAsync((await log.FindAsync(id))!, fromA: true);
        Assert.True(merchant.IsQuiet);
        api.Gateways.SendFault = null;

        Assert.Equal("recall", (await merchant.NextJsonAsync()).GetProperty("type").GetString());
        Assert.Equal(0, (await merchant.NextJsonAsync()).GetProperty("unread").GetInt32());
        await IdleAsync(api);
        Assert.True(merchant.IsQuiet);
    }

    [Fact]
    public async Task Start_AfterAKillBetweenCommitAndPush_PushesTheLastMinuteAgain()
    {
        using var folder = new TemporaryFolder();
        var store = "sqlite:" + folder.File("shared.db");
        await using (var killed = await WebApiHarness.StartShopAsync(Settings, store))
        {
            // Nothing of this process reaches a gateway any more.
            killed.Gateways.SendFault = () => (CommandStatus.GatewayGone, false);
            await SendAsync(killed, "committed");
        }

        await using var next = await WebApiHarness.StartAsync(Settings, store);

        await Guard.UntilAsync(() => !next.Gateways.Sends.IsEmpty, "it is pushed again");
        Assert.All(next.Gateways.Sends, send => Assert.True(send.PushAge > TimeSpan.Zero && send.Push != 0));
    }

    private static async Task<HttpResponseMessage> SendAsync(WebApiHarness api, string content, string uid = "U_1")
    {
        var answer = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid, to = "V_2", content });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer;
    }

    private static Task IdleAsync(WebApiHarness api) => Guard.UntilAsync(() => api.Services.GetRequiredService<PushQueues>().IsIdle, "every push is confirmed");
}
