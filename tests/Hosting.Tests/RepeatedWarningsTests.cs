using System.Net;
using Portico.Support;

namespace Portico.Hosting.Tests;

public sealed class RepeatedWarningsTests : IDisposable
{
    private readonly FakeClock _clock = new();
    private readonly RecordingLoggers _log = new();
    private readonly RepeatedWarnings _warnings;

    public RepeatedWarningsTests() => _warnings = new RepeatedWarnings(_clock, new Microsoft.Extensions.Logging.Logger<RepeatedWarnings>(_log));

    /// <inheritdoc/>
    public void Dispose() => _warnings.Dispose();

    [Fact]
    public void Add_OnePeerManyTimes_IsSaidOnceAndThenCountedEveryTenSeconds()
    {
        for (var port = 1; port <= 1000; port++)
        {
            _warnings.Add(new IPEndPoint(IPAddress.Parse("10.0.0.7"), port), "its key is wrong");
        }

        Assert.Equal(["10.0.0.7: its key is wrong"], Lines());
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(["10.0.0.7: its key is wrong", "10.0.0.7: its key is wrong (999 more times in the last 10 s)"], Lines());

        _warnings.Add(new IPEndPoint(IPAddress.Parse("10.0.0.7"), 1), "its key is wrong");
        Assert.Equal(2, Lines().Count);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.EndsWith("(1 more times in the last 10 s)", Lines()[^1], StringComparison.Ordinal);

        // Ten quiet seconds: the next one is news again.
        _clock.Advance(TimeSpan.FromSeconds(10));
        _warnings.Add(new IPEndPoint(IPAddress.Parse("10.0.0.7"), 1), "its key is wrong");
        Assert.Equal("10.0.0.7: its key is wrong", Lines()[^1]);
    }

    [Fact]
    public void Add_ManyPeers_AreFewLinesAndNoneIsUncounted()
    {
        for (var i = 0; i < 10_000; i++)
        {
            _warnings.Add($"peer {i}", "reason");
        }

        Assert.Equal(RepeatedWarnings.MostSubjects, Lines().Count);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(RepeatedWarnings.MostSubjects + 1, Lines().Count);
        Assert.Equal($"Others: see the lines before ({10_000 - RepeatedWarnings.MostSubjects} more times in the last 10 s)", Lines()[^1]);
    }

    [Fact]
    public void Dispose_WithWhatWasOnlyCounted_SaysIt()
    {
        _warnings.Add("peer", "reason");
        _warnings.Add("peer", "reason");
        _warnings.Dispose();

        Assert.Equal(["peer: reason", "peer: reason (1 more times in the last 10 s)"], Lines());
    }

    private List<string> Lines() => [.. _log.Entries.Select(entry => entry.Text)];
}
