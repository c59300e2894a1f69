using Portico.BusinessWorker.Events;
using Portico.Client;
using Portico.Support;

namespace Portico.BusinessWorker.Tests.Events;

public sealed class RefusedSendsTests
{
    [Fact]
    public void Add_AgainAndAgain_IsOneLineInTenSecondsThatCountsThemAll()
    {
        var (clock, log) = (new FakeClock(), new RecordingLoggers());
        var refused = new RefusedSends("shop", clock, log);
        var reply = new LogAnswer { Status = LogStatus.UnknownRecipient, Error = "The recipient is unknown." };

        for (var i = 0; i < 20_000; i++)
        {
            refused.Add(reply);
        }

        clock.Advance(TimeSpan.FromSeconds(10));
        refused.Add(reply);
        refused.Add(reply);

        Assert.Equal(
            ["1 messages of shop were not stored; the last one: UnknownRecipient The recipient is unknown.", "20000 messages of shop were not stored; the last one: UnknownRecipient The recipient is unknown."],
            log.Entries.Select(entry => entry.Text));
    }
}
