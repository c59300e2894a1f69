using Microsoft.Extensions.Logging;
using Portico.Support;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Tests.Storage;

/// <summary>An outage of the database does not fill the log: one stack, then one line in ten seconds with the number.</summary>
public sealed class StoreOutageTests
{
    private const int First = 3015;
    private const int More = 3016;

    [Fact]
    public async Task Writes_DatabaseIsAway_OneStackThenOneLineInTenSeconds()
    {
        Assert.SkipWhen(PrivateMariaDb.Missing is not null, PrivateMariaDb.Missing ?? "");
        await using var database = await PrivateMariaDb.StartAsync();
        await database.QueryAsync("CREATE DATABASE away");
        var (clock, lines) = (new FakeClock(), new RecordingLoggers());
        using var store = new TestStore(logClock => new MySqlDialect(database.ConnectionString("away") + ";ConnectionTimeout=60", logClock), clock, logger: new Logger<ChatLogWriter>(lines));
        Assert.Equal(AppendStatus.Stored, (await SendAsync(store)).Status);

        await database.KillAsync();
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(AppendStatus.Unavailable, (await SendAsync(store)).Status);
        }

        Assert.Equal((1, 0), (lines.Count(First), lines.Count(More)));
        clock.Advance(TimeSpan.FromSeconds(10));
        await SendAsync(store);
        await SendAsync(store);
        Assert.Equal((1, 1), (lines.Count(First), lines.Count(More)));
        Assert.Contains("50 more writes failed", lines.Entries.Last(entry => entry.Id.Id == More).Text, StringComparison.Ordinal);

        await database.LaunchAsync();
        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(AppendStatus.Stored, (await SendAsync(store)).Status);
        Assert.Equal(AppendStatus.Stored, (await SendAsync(store)).Status);
        Assert.Equal((1, 2), (lines.Count(First), lines.Count(More)));
        Assert.Contains("1 more writes failed", lines.Entries.Last(entry => entry.Id.Id == More).Text, StringComparison.Ordinal);

        // Another outage, another stack.
        await database.KillAsync();
        clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(store);
        Assert.Equal((2, 2), (lines.Count(First), lines.Count(More)));
    }

    [Fact]
    public void Calls_RefusedByTheThousand_AreOneLineWithTheirNumber()
    {
        var (clock, lines) = (new FakeClock(), new RecordingLoggers());
        var outage = new StoreOutage(clock, lines);

        for (var second = 0; second < 15; second++)
        {
            for (var i = 0; i < 1000; i++)
            {
                outage.CallRefused(new StoreUnavailableException("away"));
            }

            clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((1, 1), (lines.Count(First), lines.Count(More)));
        Assert.Contains("10000 more calls were refused", lines.Entries.Last().Text, StringComparison.Ordinal);
    }

    private static Task<AppendResult> SendAsync(TestStore store) => store.Log.AppendAsync(TestStore.Text("U_1", "V_2", "text")).Guarded();
}
