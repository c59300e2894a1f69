using Portico.BusinessWorker.Links;

namespace Portico.BusinessWorker.Tests.Links;

public sealed class AckTrackerTests
{
    [Fact]
    public void Done_InAnyOrder_ThroughIsTheGaplessEnd()
    {
        var random = new Random(5);
        for (var round = 0; round < 100; round++)
        {
            var tracker = new AckTracker();
            var told = new HashSet<ulong>();
            ulong through = 0;
            var order = Enumerable.Range(1, 60).Select(number => (ulong)number).OrderBy(_ => random.Next()).ToList();
            var done = new HashSet<ulong>();
            foreach (var sequence in order)
            {
                tracker.Done(sequence, sequence);
                done.Add(sequence);
                if (random.Next(3) == 0 && tracker.HasNews)
                {
                    foreach (var (first, last) in tracker.TakeNews())
                    {
                        for (var i = first; i <= last; i++)
                        {
                            told.Add(i);
                        }
                    }

                    through = tracker.Through;
                    tracker.Told();
                    Assert.All(done, number => Assert.True(number <= through || told.Contains(number)));
                    Assert.All(told, number => Assert.Contains(number, done));
                    Assert.DoesNotContain(through + 1, done);
                }
            }

            Assert.Equal(60ul, tracker.Through);
        }
    }
}
