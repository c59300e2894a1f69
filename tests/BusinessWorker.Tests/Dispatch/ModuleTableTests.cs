using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Events;
using Portico.Contracts.Link;

namespace Portico.BusinessWorker.Tests.Dispatch;

public sealed class ModuleTableTests
{
    private sealed class Module : IEvents
    {
        public ValueTask OnMessage(ClientContext client, ClientMessage message) => default;
    }

    [Fact]
    public void Find_PortBeforePath_PathExactly()
    {
        var shop = new Module();
        var service = new Module();
        var table = new ModuleTable([new(new ModulePlace(0, "/"), shop), new(new ModulePlace(0, "/service"), service), new(new ModulePlace(8443, ""), service)]);

        Assert.Same(shop, table.Find(8282, "/"));
        Assert.Same(service, table.Find(8282, "/service"));
        Assert.Same(service, table.Find(8443, "/"));
        Assert.Same(service, table.Find(8443, "/anything"));
        Assert.Null(table.Find(8282, "/service/"));
        Assert.Null(table.Find(8282, "/Service"));
        Assert.Equal(2, table.Modules.Count);
    }
}
