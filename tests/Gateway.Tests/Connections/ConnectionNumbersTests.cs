using System.Buffers.Binary;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Tests.Connections;

public sealed class ConnectionNumbersTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, ConnectionNumbers.KeySize).Select(i => (byte)i)];

    public static TheoryData<int> LoopCounts => [1, 2, 3, 7];

    [Fact]
    public void SipHash_ReferenceVector_IsMet()
    {
        // Of the reference implementation: key 00..0f, input 00..07.
        var block = BinaryPrimitives.ReadUInt64LittleEndian([0, 1, 2, 3, 4, 5, 6, 7]);

        var hash = ConnectionNumbers.SipHash(BinaryPrimitives.ReadUInt64LittleEndian(Key), BinaryPrimitives.ReadUInt64LittleEndian(Key.AsSpan(8)), block);

        Assert.Equal(0x93f5f5799a932462UL, hash);
    }

    [Theory]
    [MemberData(nameof(LoopCounts))]
    public void Next_SmallDomains_GivesEachNumberOfTheLoopOnceAndThenTheSameAgain(int count)
    {
        foreach (var domain in new[] { 2 * count, (2 * count) + 1, 64, 257, 1000, 4096, 70_001 }.Where(size => size >= 2 * count))
        {
            for (var index = 0; index < count; index++)
            {
                var numbers = new ConnectionNumbers(index, count, Key, (ulong)domain);
                var own = Enumerable.Range(1, domain - 1).Select(n => (uint)n).Where(n => n % count == index).ToList();

                var cycle = own.Select(_ => numbers.Next()).ToList();
                var again = own.Select(_ => numbers.Next()).ToList();

                Assert.Equal(own, cycle.Order());
                Assert.Equal(cycle, again);
            }
        }
    }

    [Theory]
    [MemberData(nameof(LoopCounts))]
    public void Next_FullDomain_NoNumberTwiceAndTheRemainderIsTheLoop(int count)
    {
        for (var index = 0; index < count; index++)
        {
            var numbers = new ConnectionNumbers(index, count);
            var seen = new HashSet<uint>();
            for (var i = 0; i < 20_000; i++)
            {
                var number = numbers.Next();
                Assert.NotEqual(0u, number);
                Assert.Equal((uint)index, number % (uint)count);
                Assert.True(seen.Add(number));
            }
        }
    }

    [Theory]
    [MemberData(nameof(LoopCounts))]
    public void NumberAt_SpreadOverTheFullDomain_NoNumberTwice(int count)
    {
        var numbers = new ConnectionNumbers(count - 1, count, Key);
        Assert.Equal((((1UL << 32) - (uint)count) / (uint)count) + 1, numbers.Positions);
        var step = numbers.Positions / 50_000;
        var seen = new HashSet<uint>();
        for (var position = 0UL; position < numbers.Positions; position += step)
        {
            Assert.True(seen.Add(numbers.NumberAt(position)));
        }

        Assert.True(seen.Add(numbers.NumberAt(numbers.Positions - 1)) || (numbers.Positions - 1) % step == 0);
    }

    [Theory]
    [MemberData(nameof(LoopCounts))]
    public void Next_DistancesOfSuccessiveNumbers_AreSpreadOverTheDomain(int count)
    {
        var numbers = new ConnectionNumbers(0, count);
        var distances = new HashSet<long>();
        var near = 0;
        long last = numbers.Next();
        const int Tries = 20_000;
        for (var i = 0; i < Tries; i++)
        {
            long next = numbers.Next();
            distances.Add(next - last);
            near += Math.Abs(next - last) < 1 << 20 ? 1 : 0;
            last = next;
        }

        // By chance about 10 of 20,000 are so near, and a distance is met twice about once in 20 runs.
        Assert.InRange(near, 0, 100);
        Assert.InRange(distances.Count, Tries - 20, Tries);
    }

    [Fact]
    public void Next_LoopsOfOneStartAndTwoStarts_HaveOrdersOfTheirOwn()
    {
        // With one key for all loops, a number seen on one loop would tell the number that the other gives at the same place.
        var first = new ConnectionNumbers(0, 2);
        var second = new ConnectionNumbers(1, 2);
        var restarted = new ConnectionNumbers(0, 2);
        var equal = 0;
        for (var i = 0; i < 1000; i++)
        {
            var number = first.Next();
            equal += second.Next() / 2 == number / 2 ? 1 : 0;
            equal += restarted.Next() == number ? 1 : 0;
        }

        Assert.InRange(equal, 0, 2);
    }
}
