using Portico.Contracts.Link;

namespace Portico.Contracts.Tests.Link;

public sealed class PlaceTableTests
{
    [Fact]
    public void Find_ListenerBeforePath_PathByteForByte()
    {
        var table = new PlaceTable<string>([new(new ModulePlace(0, "/"), "shop"), new(new ModulePlace(0, "/service"), "service"), new(new ModulePlace(8443, ""), "all of 8443")]);

        Assert.Equal("shop", table.Find(8282, "/"));
        Assert.Equal("service", table.Find(8282, "/service"));
        Assert.Equal("all of 8443", table.Find(8443, "/"));
        Assert.Equal("all of 8443", table.Find(8443, "/anything"));
        Assert.Null(table.Find(8282, "/service/"));
        Assert.Null(table.Find(8282, "/Service"));
        Assert.Equal("all of 8443", table.FindListener(8443));
        Assert.Null(table.FindListener(8282));
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
