using System.Xml.Linq;
using Portico.Support;

namespace Portico.Architecture.Tests;

/// <summary>Which project may reference which.</summary>
public sealed class ProjectWallTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["contracts/Contracts.csproj"] = [],
        ["contracts/Client/Client.csproj"] = ["Contracts"],
        ["hosting/Hosting.csproj"] = ["Contracts"],
        ["register/Register.csproj"] = ["Contracts", "Hosting"],
        ["gateway/Gateway.csproj"] = ["Contracts", "Hosting"],
        ["businessworker/BusinessWorker.csproj"] = ["Contracts", "Hosting", "Client"],
        ["web-api/WebApi.csproj"] = ["Contracts", "Hosting", "Client"],
        ["standalone/Standalone.csproj"] = ["Contracts", "Hosting", "Client", "Register", "Gateway", "BusinessWorker", "WebApi"],
        ["cli/Cli.csproj"] = ["Contracts", "Hosting", "Client"],
        ["tests/Support/Support.csproj"] = ["Contracts"],
        ["tests/Contracts.Tests/Contracts.Tests.csproj"] = ["Contracts"],
        ["tests/Client.Tests/Client.Tests.csproj"] = ["Contracts", "Client"],
        ["tests/Hosting.Tests/Hosting.Tests.csproj"] = ["Hosting"],
        ["tests/Register.Tests/Register.Tests.csproj"] = ["Contracts", "Register"],
        ["tests/Gateway.Tests/Gateway.Tests.csproj"] = ["Contracts", "Gateway"],
        ["tests/BusinessWorker.Tests/BusinessWorker.Tests.csproj"] = ["Contracts", "Client", "BusinessWorker"],
        ["tests/WebApi.Tests/WebApi.Tests.csproj"] = ["Contracts", "Client", "WebApi"],
    };

    public static TheoryData<string> Projects => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_OfAProject_StayInsideItsWalls(string project)
    {
        var references = XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));

        Assert.Empty(references.Except(Allowed[project]));
    }

    [Fact]
    public void Projects_OfTheSolution_AreAllKnown()
    {
        var solution = XDocument.Load(Path.Combine(Repository.Root, "Portico.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value);

        // These see all roles.
        string[] free = [
            "bench/Bench.csproj",
            "tests/Cluster.Tests/Cluster.Tests.csproj",
            "tests/Browser.Tests/Browser.Tests.csproj",
            "tests/Architecture.Tests/Architecture.Tests.csproj"
        ];
        Assert.Empty(solution.Except(Allowed.Keys).Except(free));
    }
}
