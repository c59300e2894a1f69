using Microsoft.Extensions.Configuration;
using Portico.BusinessWorker.Events;
using Portico.BusinessWorker.Hosting;
using Portico.Hosting;

namespace Portico.BusinessWorker.Tests.Hosting;

public sealed class BusinessWorkerOptionsReaderTests
{
    [Fact]
    public void Read_NothingSet_HasTheDefaults()
    {
        var options = Read([]);

        Assert.Equal("shop=/", string.Join(' ', options.Events.Select(entry => $"{entry.Name}={entry.Place}")));
        Assert.Equal(["127.0.0.1:1238"], options.RegisterAddresses);
        Assert.Equal([new Uri("http://127.0.0.1:8081")], options.MessageLog);
    }

    [Fact]
    public void Read_ModulesWithPlaces_ReadsAll()
    {
        var options = Read(new() { ["BusinessWorker:Events:0"] = "playground", ["BusinessWorker:Events:1"] = "playground=8443/", ["BusinessWorker:Events:2"] = "shop=/chat" });

        Assert.Equal("playground=/playground playground=8443/ shop=/chat", string.Join(' ', options.Events.Select(entry => $"{entry.Name}={entry.Place}")));
    }

    [Fact]
    public void Read_EverythingWrong_NamesEveryKeyAndNoSecret()
    {
        var fault = Assert.Throws<ConfigurationException>(() => Read(new()
        {
            ["BusinessWorker:RegisterAddress:0"] = "nowhere",
            ["BusinessWorker:Events:0"] = "chess",
            ["BusinessWorker:Events:1"] = "shop=chat",
            ["BusinessWorker:Events:2"] = "shop",
            ["BusinessWorker:Events:3"] = "playground=/",
            ["BusinessWorker:MessageLog"] = "ftp://x",
            ["TimeZone"] = "Moon/Crater",
            ["TokenSecret"] = "short-secret",
            ["CodeKeys:0"] = "short-key",
            ["Redis"] = "short-:x:y,abortConnect=perhaps",
            ["Service:TokenKeyPattern"] = "mini:token",
            ["Service:AgentToken"] = "short-t",
        }));

        Assert.Equal(11, fault.Faults.Count);
        Assert.Contains(fault.Faults, sentence => sentence.Contains("playground, service, shop", StringComparison.Ordinal));
        Assert.DoesNotContain("short-", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_RedisWithoutAPatternOfSessionKeys_IsRefusedWhereTheServiceIsServed()
    {
        var fault = Assert.Throws<ConfigurationException>(() => Read(new() { ["Redis"] = "127.0.0.1:6379", ["BusinessWorker:Events:0"] = "Service" }));

        Assert.StartsWith("Service:TokenKeyPattern is missing: ", Assert.Single(fault.Faults), StringComparison.Ordinal);
        Assert.NotNull(Read(new() { ["Redis"] = "127.0.0.1:6379", ["BusinessWorker:Events:0"] = "shop" }));
        Assert.NotNull(Read(new() { ["Redis"] = "127.0.0.1:6379", ["BusinessWorker:Events:0"] = "service", ["Service:TokenKeyPattern"] = "mini:{token}" }));
    }

    private static BusinessWorkerOptions Read(Dictionary<string, string?> settings)
    {
        var faults = new ConfigurationFaults();
        var options = new BusinessWorkerOptionsReader(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), new EventsModules(), faults).Read();
        faults.ThrowIfAny();
        return options;
    }
}
