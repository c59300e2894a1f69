using Portico.Gateway.Connections;

namespace Portico.Gateway.Tests.Connections;

public sealed class ConnectionTableTests
{
    [Fact]
    public void NextId_AfterAllNumbersWereGiven_SkipsThoseInUse()
    {
        // Three numbers: 1, 2 and 3.
        var loop = new LoopHarness { Numbers = new ConnectionNumbers(0, 1, new byte[ConnectionNumbers.KeySize], domain: 4) };
        var stays = loop.Text();
        var leaves = new[] { loop.Text(), loop.Text() };
        Assert.Equal([1u, 2u, 3u], leaves.Append(stays).Select(client => client.Id).Order());
        foreach (var client in leaves)
        {
            client.OnEnd();
        }

        Assert.Equal(leaves.Select(client => client.Id).Order(), new[] { loop.Text().Id, loop.Text().Id }.Order());
        Assert.Same(stays, loop.Clients.Table.Find(stays.Id));
    }
}
