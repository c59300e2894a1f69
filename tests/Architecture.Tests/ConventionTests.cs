using System.Globalization;
using System.Text.RegularExpressions;
using Portico.Support;

namespace Portico.Architecture.Tests;

/// <summary>What the analyzers cannot say.</summary>
public sealed partial class ConventionTests
{
    // Files that were being changed when the others got their line breaks, and three with wide templates of SQL or HTML. Take one off the list with the change
    // that makes it narrow.
    private static readonly string[] StillTooWide =
    [
        "cli/ClusterSurvey.cs",
        "gateway/Hosting/GatewayService.cs",
        "gateway/Hosting/LimitOptions.cs",
        "gateway/Workers/IWorkerLink.cs",
        "web-api/Endpoints/AdminEndpoints.cs",
        "web-api/Endpoints/HistoryEndpoints.cs",
        "web-api/Endpoints/MessageEndpoints.cs",
        "web-api/Hosting/WebApiServices.cs",
        "web-api/Import/ConversationRepair.cs",
        "web-api/Storage/MySqlKeptSql.cs",
        "web-api/Storage/SqliteKeptTables.cs",
    ];

    [Fact]
    public void LogEvents_OfAllRoles_HaveIdsOfTheirOwn()
    {
        var doubles = Sources.All
            .SelectMany(file => LogEvent().Matches(File.ReadAllText(file)).Select(match => (Id: match.Groups["id"].Value, File: Sources.Name(file))))
            .GroupBy(entry => entry.Id)
            .Where(group => group.Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(entry => entry.File))}");

        Assert.Empty(doubles);
    }

    [Fact]
    public void Time_OutsideHosting_IsInjected()
    {
        var takers = Sources.All
            .Where(file => !file.Contains("/Hosting/", StringComparison.Ordinal) && !file.Contains("/hosting/", StringComparison.Ordinal))
            .Where(file => WallClock().IsMatch(Sources.WithoutComments(File.ReadAllText(file))))
            .Select(Sources.Name);

        Assert.Empty(takers);
    }

    [Fact]
    public void Lines_HaveAtMost160Columns()
    {
        var columns = int.Parse(
            LineLength().Match(File.ReadAllText(Path.Combine(Repository.Root, ".editorconfig"))).Groups["columns"].Value, CultureInfo.InvariantCulture);

        Documents.AssertNone(
            from file in Sources.All.Concat(Sources.Of("bench"))
            where !StillTooWide.Contains(Sources.Name(file))
            from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
            where line.Text.Length > columns
            select $"{Sources.Name(file)}:{line.Number} has {line.Text.Length} columns");
    }

    [Fact]
    public void Files_HoldTheirNamespaceByFolder()
    {
        string[] roots = ["contracts/Client", "contracts", "hosting", "register", "gateway", "businessworker", "web-api", "standalone", "cli"];
        string[] names = ["Client", "Contracts", "Hosting", "Register", "Gateway", "BusinessWorker", "WebApi", "Standalone", "Cli"];

        var strays =
            from file in Sources.All
            let name = Sources.Name(file)
            let found = NamespaceLine().Match(File.ReadAllText(file))
            where found.Success
            let index = Array.FindIndex(roots, root => name.StartsWith(root + "/", StringComparison.Ordinal))
            let below = Path.GetDirectoryName(name[(roots[index].Length + 1)..])!.Replace('/', '.')
            let expected = "Portico." + names[index] + (below.Length == 0 ? "" : "." + below)
            where found.Groups["name"].Value != expected
            select $"{name}: {found.Groups["name"].Value}, expected {expected}";

        Assert.Empty(strays);
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?(?<id>\d+)")]
    private static partial Regex LogEvent();

    [GeneratedRegex(
        @"\bDateTime(Offset)?\.(UtcNow|Now|Today)\b|\bTask\.Delay\((?![^;]*([Tt]ime|[Cc]lock))|\bThread\.Sleep\(|\bStopwatch\.(StartNew|GetTimestamp)|\bEnvironment\.TickCount")]
    private static partial Regex WallClock();

    [GeneratedRegex(@"^max_line_length = (?<columns>\d+)", RegexOptions.Multiline)]
    private static partial Regex LineLength();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespaceLine();
}
