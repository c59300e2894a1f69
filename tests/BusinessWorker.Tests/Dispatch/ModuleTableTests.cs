using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Events;

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

    [Theory]
    [InlineData("/", 0, "/")]
    [InlineData("/p/q", 0, "/p/q")]
    [InlineData("8443/", 8443, "")]
    public void TryParse_APlace_IsRead(string text, int port, string path)
    {
        Assert.True(ModulePlace.TryParse(text, out var place));
        Assert.Equal(new ModulePlace(port, path), place);
        Assert.Equal(text, place.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("p")]
    [InlineData("8443")]
    [InlineData("0/")]
    [InlineData("70000/")]
    [InlineData("-1/")]
    [InlineData("8443/p")]
    [InlineData("/p?q")]
    public void TryParse_NoPlace_IsRefused(string text) => Assert.False(ModulePlace.TryParse(text, out _));
}
