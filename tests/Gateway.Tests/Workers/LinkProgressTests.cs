using Portico.Gateway.Workers;

namespace Portico.Gateway.Tests.Workers;

public sealed class LinkProgressTests
{
    private const long Patience = 60_000;
    private readonly LinkProgress _progress = new() { AnswersProbes = true };
    private long _now = 1_000_000;

    [Fact]
    public void Look_NothingIsWaitedFor_NeverAsks()
    {
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(LinkVerdict.Lives, Look(isWaitedFor: false));
        }
    }

    [Fact]
    public void Look_NoAnswerAndNoAcknowledgement_AsksOnceAndThenHangs()
    {
        var seen = new List<LinkVerdict>();
        for (var i = 0; i <= 60; i++)
        {
            seen.Add(Look());
        }

        Assert.Equal(1, seen.Count(verdict => verdict == LinkVerdict.Ask));
        Assert.Equal(LinkVerdict.Hangs, seen[^1]);
        Assert.Equal(1, seen.Count(verdict => verdict == LinkVerdict.Hangs));
    }

    [Fact]
    public void Look_OneCallbackTakesForEverButProbesAreAnswered_Lives()
    {
        for (var i = 0; i < 600; i++)
        {
            var verdict = Look();
            Assert.NotEqual(LinkVerdict.Hangs, verdict);
            if (verdict == LinkVerdict.Ask)
            {
                Assert.True(_progress.TryAnswer(_progress.LastProbe));
            }
        }

        Assert.InRange(_progress.LastProbe, 30ul, 50ul);
    }

    [Fact]
    public void Look_AcknowledgesSlowly_Lives()
    {
        for (var i = 0; i < 20; i++)
        {
            for (var second = 0; second < 50; second++)
            {
                Assert.NotEqual(LinkVerdict.Hangs, Look(isFull: true));
            }

            _progress.OnAcknowledged();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Look_FullAndNothingAcknowledged_HangsThoughProbesAreAnswered(bool answers)
    {
        var progress = new LinkProgress { AnswersProbes = answers };
        var verdict = LinkVerdict.Lives;
        for (var i = 0; i <= 61 && verdict != LinkVerdict.Hangs; i++)
        {
            verdict = progress.Look(_now += 1000, Patience, true, true);
            _ = verdict == LinkVerdict.Ask && progress.TryAnswer(progress.LastProbe);
        }

        Assert.Equal(LinkVerdict.Hangs, verdict);
    }

    [Fact]
    public void Look_WorkerThatKnowsNoProbes_IsNeitherAskedNorSuspectedWhileThereIsRoom()
    {
        var progress = new LinkProgress();
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(LinkVerdict.Lives, progress.Look(_now += 1000, Patience, true, false));
        }
    }

    [Fact]
    public void TryAnswer_WhatWasNeverAsked_IsNone() => Assert.False(_progress.TryAnswer(1));

    [Fact]
    public void IsStuckAt_TheSameEventIsTheOldestForLong_SaysSoOnce()
    {
        var told = 0;
        for (var i = 0; i < 200; i++)
        {
            told += _progress.IsStuckAt(7, _now += 1000, Patience, true) ? 1 : 0;
        }

        Assert.Equal(1, told);
        Assert.False(_progress.IsStuckAt(8, _now += 100 * 1000, Patience, true));
    }

    private LinkVerdict Look(bool isWaitedFor = true, bool isFull = false) => _progress.Look(_now += 1000, Patience, isWaitedFor, isFull);
}
