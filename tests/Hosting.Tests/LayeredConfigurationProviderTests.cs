using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace Portico.Hosting.Tests;

public sealed class LayeredConfigurationProviderTests
{
    [Fact]
    public void Load_ShorterListAbove_ReplacesTheWholeList()
    {
        var configuration = Join(
            new() { ["Events:0"] = "shop", ["Events:1"] = "service" },
            new() { ["Events:0"] = "playground" });

        Assert.Equal(["playground"], configuration.GetSection("Events").GetChildren().Select(child => child.Value));
    }

    [Fact]
    public void Load_ListOfSectionsAbove_LeavesNothingOfTheLowerOne()
    {
        var configuration = Join(
            new() { ["Listen:0:Url"] = "wss://0.0.0.0:1", ["Listen:0:Certificate"] = "a.pem", ["Listen:1"] = "text://0.0.0.0:2" },
            new() { ["Listen:0"] = "websocket://127.0.0.1:3" });

        Assert.Equal("websocket://127.0.0.1:3", configuration["Listen:0"]);
        Assert.Null(configuration["Listen:0:Certificate"]);
        Assert.Null(configuration["Listen:1"]);
    }

    [Fact]
    public void Load_SectionsThatAreNoLists_MergeKeyByKey()
    {
        var configuration = Join(
            new() { ["Gateway:LanIp"] = "127.0.0.1", ["Gateway:LanPort"] = "2900" },
            new() { ["Gateway:LanPort"] = "2901" });

        Assert.Equal("127.0.0.1", configuration["Gateway:LanIp"]);
        Assert.Equal("2901", configuration["Gateway:LanPort"]);
    }

    [Fact]
    public void Load_NamesThatOnlyBeginAlike_AreLeftAlone()
    {
        var configuration = Join(new() { ["EventsMore:0"] = "a" }, new() { ["Events:0"] = "b" });

        Assert.Equal("a", configuration["EventsMore:0"]);
    }

    private static IConfigurationRoot Join(params Dictionary<string, string?>[] layers) => new ConfigurationBuilder()
        .Add(new LayeredConfigurationSource([.. layers.Select(layer => new MemoryConfigurationSource { InitialData = layer })]))
        .Build();
}
