using Portico.Gateway.Workers;

namespace Portico.Gateway.Tests.Workers;

public sealed class WorkerRouterTests
{
    [Fact]
    public void LeastConnections_EqualWorkers_FillsEvenly()
    {
        var places = Places();
        var table = new WorkerTable(new LeastConnectionsRouter(), places);
        var links = Enumerable.Range(0, 4).Select(i => new ListedLink($"w:{i}")).ToList();
        links.ForEach(link => Assert.Null(table.Add(link)));

        for (var i = 0; i < 1000; i++)
        {
            Assert.True(table.TryBind(new ClientBinding(null!), places.Others));
        }

        Assert.All(links, link => Assert.Equal(250, link.BoundClients));
    }

    [Fact]
    public void LeastConnections_Newcomer_GetsAboutHalfUntilItHasCaughtUp()
    {
        var places = Places();
        var table = new WorkerTable(new LeastConnectionsRouter(), places);
        var old = new ListedLink("old") { BoundClients = 1000 };
        var newcomer = new ListedLink("new");
        table.Add(old);
        table.Add(newcomer);

        for (var i = 0; i < 100; i++)
        {
            table.TryBind(new ClientBinding(null!), places.Others);
        }

        Assert.InRange(newcomer.BoundClients, 40, 60);
        for (var i = 0; i < 10_000; i++)
        {
            table.TryBind(new ClientBinding(null!), places.Others);
        }

        Assert.InRange(newcomer.BoundClients - old.BoundClients, -1, 1);
    }

    [Fact]
    public void Random_ManyPicks_ReachEveryWorker()
    {
        var places = Places();
        var table = new WorkerTable(new RandomRouter(), places);
        var links = Enumerable.Range(0, 4).Select(i => new ListedLink($"w:{i}")).ToList();
        links.ForEach(link => table.Add(link));

        for (var i = 0; i < 1000; i++)
        {
            table.TryBind(new ClientBinding(null!), places.Others);
        }

        Assert.All(links, link => Assert.InRange(link.BoundClients, 100, 500));
    }

    [Fact]
    public void TryBind_OnlyLeavingOrClosedLinks_IsFalse()
    {
        var places = Places();
        var table = new WorkerTable(new LeastConnectionsRouter(), places);
        table.Add(new ListedLink("leaving") { IsLeaving = true });
        table.Add(new ListedLink("closed") { IsClosed = true });

        Assert.False(table.HasOpen);
        Assert.False(table.TryBind(new ClientBinding(null!), places.Others));
    }

    [Fact]
    public void Add_SameKey_GivesTheReplacedLink()
    {
        var places = Places();
        var table = new WorkerTable(new LeastConnectionsRouter(), places);
        var first = new ListedLink("w:1");
        var second = new ListedLink("w:1");
        table.Add(first);

        Assert.Same(first, table.Add(second));

        Assert.Same(second, Assert.Single(table.Links));
    }

    [Fact]
    public void Names_Known_AreThoseOfTheConfiguration()
    {
        Assert.Equal("least-connections, random", WorkerRouters.Names);
        Assert.All(WorkerRouters.Names.Split(", "), name => Assert.Equal(name, WorkerRouters.Create(name).Name));
        Assert.False(WorkerRouters.IsKnown("best"));
    }

    private static WorkerPlaces Places() => new(new DeliveryLimits(1 << 20, TimeSpan.FromSeconds(30), 1 << 19, TimeSpan.FromSeconds(60)));
}
