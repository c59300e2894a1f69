using Microsoft.Extensions.Configuration;
using Portico.Support;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;

namespace Portico.WebApi.Tests.Messages;

/// <summary>What one sender may send.</summary>
public sealed class SendLimitsTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public void Messages_BurstThenSoManyASecond()
    {
        var sender = Limits().Of("shop", "U_1", isAgent: false);

        Assert.Equal([0, 0, 0], Enumerable.Range(0, 3).Select(_ => sender.TakeMessage().TotalSeconds));
        Assert.Equal(0.5, sender.TakeMessage().TotalSeconds, 3);
        _clock.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Equal(TimeSpan.Zero, sender.TakeMessage());
        Assert.NotEqual(TimeSpan.Zero, sender.TakeMessage());
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(3, Enumerable.Range(0, 10).Count(_ => sender.TakeMessage() == TimeSpan.Zero));
    }

    [Fact]
    public void BytesAndConversations_OfADay_BeginAnewAfter24Hours()
    {
        var sender = Limits().Of("shop", "U_1", isAgent: false);
        _clock.Advance(TimeSpan.FromHours(30));

        Assert.Equal(default, sender.TakeOfDay(900, 1));
        _clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal((TimeSpan.FromHours(23), false), sender.TakeOfDay(101, 0));
        Assert.Equal(default, sender.TakeOfDay(100, 1));
        Assert.Equal((TimeSpan.FromHours(23), true), sender.TakeOfDay(0, 1));
        sender.Return(0, 100, 1);
        Assert.Equal(default, sender.TakeOfDay(100, 1));
        _clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(default, sender.TakeOfDay(1000, 2));
    }

    [Fact]
    public void Senders_OfOneName_AgentVisitorAndBuyerEachHaveTheirOwn()
    {
        var limits = Limits();
        (string Application, bool IsAgent)[] senders = [("shop", false), ("service", false), ("service", true)];

        foreach (var (application, isAgent) in senders)
        {
            Assert.Equal(3, Enumerable.Range(0, 9).Count(_ => limits.Of(application, "x", isAgent).TakeMessage() == TimeSpan.Zero));
        }
    }

    [Fact]
    public void Zero_IsNoLimit()
    {
        var sender = Limits(new() { ["MessagesPerSecond"] = "0", ["MessageBytesPerDay"] = "0", ["NewConversationsPerDay"] = "0" }).Of("shop", "U_1", isAgent: false);

        Assert.All(Enumerable.Range(0, 100), _ => Assert.Equal(TimeSpan.Zero, sender.TakeMessage()));
        Assert.Equal(default, sender.TakeOfDay(1L << 40, 1));
        Assert.Equal(default, sender.TakeOfDay(1L << 40, 1));
    }

    [Fact]
    public void Senders_MoreThanAreRemembered_ThoseOfLongAgoAreForgottenAndTheLatestAreNot()
    {
        var limits = Limits();
        for (var i = 0; i < SendLimits.MostSenders; i++)
        {
            _ = limits.Of("shop", "U_" + i, isAgent: false).TakeOfDay(1000, 2);
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        var active = limits.Of("shop", "U_5", isAgent: false);
        Assert.Equal(TimeSpan.Zero, active.TakeMessage());
        _ = limits.Of("shop", "one more", isAgent: false);

        Assert.InRange(limits.Known, SendLimits.MostSenders / 4, SendLimits.MostSenders);
        Assert.Same(active, limits.Of("shop", "U_5", isAgent: false));
        Assert.NotEqual(default, active.TakeOfDay(1, 0));
    }

    private SendLimits Limits(Dictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string?>
        {
            ["WebApi:Limits:MessagesPerSecond"] = "2",
            ["WebApi:Limits:MessageBurst"] = "3",
            ["WebApi:Limits:MessageBytesPerDay"] = "1000",
            ["WebApi:Limits:NewConversationsPerDay"] = "2",
        };
        foreach (var (key, value) in settings ?? [])
        {
            all["WebApi:Limits:" + key] = value;
        }

        return new SendLimits(WebApiOptionsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(all).Build()), _clock);
    }
}
