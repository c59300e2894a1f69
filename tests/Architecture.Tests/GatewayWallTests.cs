namespace Portico.Architecture.Tests;

/// <summary>The walls between the folders of the gateway, and between the folders of the worker.</summary>
public sealed class GatewayWallTests
{
    /// <summary>Folder → folders of the same project that it may import.</summary>
    private static readonly Dictionary<string, string[]> Walls = new()
    {
        ["gateway/Transport"] = [],
        ["gateway/Protocols"] = [],
        ["gateway/Sessions"] = [],
        ["gateway/Connections"] = ["Transport", "Protocols", "Sessions", "Telemetry"],
        ["gateway/Commands"] = ["Connections", "Sessions", "Protocols", "Telemetry"],
        ["gateway/Workers"] = ["Commands", "Connections", "Sessions", "Protocols", "Telemetry"],
        ["gateway/Loops"] = ["Transport", "Protocols", "Sessions", "Connections", "Commands", "Workers", "Telemetry"],
        ["gateway/Telemetry"] = [],
        ["businessworker/Events"] = ["Dispatch"],
    };

    public static TheoryData<string> Folders => [.. Walls.Keys];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Imports_OfAFolder_StayInsideItsWalls(string folder)
    {
        var project = folder.StartsWith("gateway", StringComparison.Ordinal) ? "Portico.Gateway." : "Portico.BusinessWorker.";
        var allowed = Walls[folder].Append(Path.GetFileName(folder)).Select(name => project + name).ToArray();

        var crossings =
            from file in Sources.Of(folder)
            from import in Sources.Imports(file)
            where import.StartsWith(project, StringComparison.Ordinal)
            where !allowed.Any(name => import == name || import.StartsWith(name + ".", StringComparison.Ordinal))
            where !(import == "Portico.Gateway.Hosting" && ReadsOptions(file))
            select $"{Sources.Name(file)} names {import}";

        Assert.Empty(crossings);
    }

    [Fact]
    public void Transport_ImportsNothingOfOurs()
    {
        var imports = Sources.Of("gateway/Transport")
            .SelectMany(file => Sources.Imports(file).Select(import => $"{Sources.Name(file)} names {import}"))
            .Where(line => !line.Contains("names Portico.Gateway.Transport", StringComparison.Ordinal));

        Assert.Empty(imports);
    }

    [Fact]
    public void GeneratedRpcTypes_StopAtTheirFaces()
    {
        string[] faces =
        [
            "contracts/", "gateway/Workers", "gateway/Commands", "gateway/Loops", "gateway/Hosting", "businessworker/Links",
            "businessworker/Dispatch", // the event kinds alone
            "register/Registry", "register/Hosting",
            "web-api/Endpoints", "web-api/Rpc", "businessworker/Events/ShopChat", "businessworker/Events/Shop",
        ];

        var crossings =
            from file in Sources.All
            where Sources.Imports(file).Any(import => import.StartsWith("Portico.Contracts.Protos", StringComparison.Ordinal))
            let name = Sources.Name(file)
            where !faces.Any(face => name.StartsWith(face, StringComparison.Ordinal))
            select name;

        Assert.Empty(crossings);
    }

    /// <summary>Options are the one thing of Hosting that anybody may see; the ceilings of a folder are read from them.</summary>
    private static bool ReadsOptions(string file) =>
        file.EndsWith("Limits.cs", StringComparison.Ordinal) && File.ReadAllText(file).Contains("Options ", StringComparison.Ordinal);
}
