using Microsoft.Extensions.Configuration;
using Portico.Support;

namespace Portico.Hosting.Tests;

/// <summary>Not beside others that load a configuration: a test here writes a defaults file where all look for them.</summary>
[Collection("configuration files")]
public sealed class RoleConfigurationTests
{
    [Fact]
    public void Load_SameKeyInSeveralLayers_CommandLineWins()
    {
        Environment.SetEnvironmentVariable("PorticoTest__Key", "environment");

        var configuration = RoleConfiguration.Load("test", ["--PorticoTest:Key=command line", "--PorticoTest:Other=1"]);

        Assert.Equal("command line", configuration["PorticoTest:Key"]);
        Environment.SetEnvironmentVariable("PorticoTest__Key", null);
    }

    [Fact]
    public void Load_CommandLineCannotBeRead_IsAConfigurationFault()
    {
        var thrown = Assert.Throws<ConfigurationException>(() => RoleConfiguration.Load("test", ["-x=1"]));

        Assert.Contains("-x", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownKeys_KeyThatNoDefaultsFileLists_IsNamed()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "appsettings.unknownkeys.json");
        File.WriteAllText(file, """{ "UnknownTest": { "Known": 1, "List": [ "a" ], "Nested": { "Inner": true } } }""");

        var configuration = RoleConfiguration.Load("test", ["--UnknownTest:Known=2", "--UnknownTest:List:3:Url=x", "--UnknownTest:Nested:Innner=1", "--UnknownTest:Typo=1"]);
        var unknown = RoleConfiguration.UnknownKeys(configuration);

        Assert.Equal(["UnknownTest:Nested:Innner", "UnknownTest:Typo"], unknown.Where(key => key.StartsWith("UnknownTest", StringComparison.Ordinal)));
        File.Delete(file);
    }

    [Fact]
    public void UnknownKeys_OfAListsElement_AreNamed()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "appsettings.unknownelements.json");
        File.WriteAllText(file, """{ "ElementTest": { "Listen": [ "a" ], "RegisterAddress": [ "b" ] } }""");

        var configuration = RoleConfiguration.Load(
            "test", ["--ElementTest:Listen:0:Url=x", "--ElementTest:Listen:0:Origin=x", "--ElementTest:Listen:0:Origins:0=x", "--ElementTest:RegisterAddress:1:address=x", "--ElementTest:RegisterAddress:1:Port=1"]);
        var unknown = RoleConfiguration.UnknownKeys(configuration);

        Assert.Equal(["ElementTest:Listen:0:Origin", "ElementTest:RegisterAddress:1:Port"], unknown.Where(key => key.StartsWith("ElementTest", StringComparison.Ordinal)));
        File.Delete(file);
    }

    [Fact]
    public void CheckLogLevels_LevelThatIsNone_NamesIt()
    {
        var configuration = RoleConfiguration.Load("test", ["--Logging:LogLevel:Default=Loud", "--Logging:LogLevel:Portico=debug"]);

        var fault = Assert.Throws<ConfigurationException>(() => RoleConfiguration.CheckLogLevels(configuration));

        Assert.Equal("Logging:LogLevel:Default is 'Loud': must be one of Trace, Debug, Information, Warning, Error, Critical, None.", Assert.Single(fault.Faults));
    }

    [Fact]
    public void UnknownArguments_MistypedSectionsAndLooseWords_AreNamed()
    {
        string[] args = ["--Gatewy:LanPort=5", "--gateway:LanPort=5", "--TokenSecret", "a=b", "loose", "/Register:Listen=x", "--foo=1", "--WebApi:Store=sqlite:x"];

        Assert.Equal(["Gatewy:LanPort", "loose", "foo"], RoleConfiguration.UnknownArguments(args));
    }

    [Fact]
    public void UnknownArguments_EveryOptionOfEveryRole_IsKnown()
    {
        var roots = new[] { "register", "gateway", "businessworker", "web-api", "standalone" }
            .Select(role => new ConfigurationBuilder().AddJsonFile(Path.Combine(Repository.Root, role, "appsettings.json")).Build())
            .SelectMany(file => file.GetChildren()).Select(section => $"--{section.Key}=x").ToArray();

        Assert.NotEmpty(roots);
        Assert.Empty(RoleConfiguration.UnknownArguments(roots));
    }

    [Fact]
    public void Entries_ListSingleValueOrNothing_AreReadAlike()
    {
        var configuration = RoleConfiguration.Load("test", ["--ListTest:List:0=a", "--ListTest:List:1=b", "--ListTest:Single=c", "--ListTest:Empty="]);

        Assert.Equal(["a", "b"], configuration.Entries("ListTest:List").Select(entry => entry.Value));
        Assert.Equal(["c"], configuration.Entries("ListTest:Single").Select(entry => entry.Value));
        Assert.Empty(configuration.Entries("ListTest:Empty"));
        Assert.Empty(configuration.Entries("ListTest:Missing"));
    }
}
