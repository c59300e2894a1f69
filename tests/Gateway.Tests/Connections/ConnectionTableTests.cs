using Portico.Gateway.Connections;

namespace Portico.Gateway.Tests.Connections;

public sealed class ConnectionTableTests
{
    [Theory]
    [InlineData(0, 1, 100u, 101u)]
    [InlineData(2, 4, 100u, 106u)]
    [InlineData(0, 4, 101u, 104u)]
    public void NextId_KeepsTheLoopsRemainder(int index, int count, uint start, uint first)
    {
        var table = new ConnectionTable(index, count, start);

        Assert.Equal(first, table.NextId());
        Assert.Equal(first + (uint)count, table.NextId());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(0, 7)]
    public void NextId_AtTheEnd_StartsAgainWithTheSameRemainder(int index, int count)
    {
        var table = new ConnectionTable(index, count, uint.MaxValue - 20);

        for (var i = 0; i < 100; i++)
        {
            var id = table.NextId();
            Assert.NotEqual(0u, id);
            Assert.Equal((uint)index, id % (uint)count);
        }
    }

    [Fact]
    public void NextId_InUse_IsSkipped()
    {
        var loop = new LoopHarness(start: uint.MaxValue - 3);
        var first = loop.Text();
        Assert.Equal(uint.MaxValue - 2, first.Id);
        loop.Text();
        loop.Text();

        Assert.Equal(1u, loop.Text().Id);
        Assert.Same(first, loop.Clients.Table.Find(first.Id));
    }
}
