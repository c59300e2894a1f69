using System.Text.RegularExpressions;
using Portico.Support;

namespace Portico.Architecture.Tests;

/// <summary>The project's own C# files, with what they import.</summary>
internal static partial class Sources
{
    public static readonly string[] Folders =
        ["contracts", "hosting", "register", "gateway", "businessworker", "web-api", "standalone", "cli"];

    /// <summary>All files of a folder, without build outputs.</summary>
    public static IEnumerable<string> Of(string folder)
    {
        var path = Path.Combine(Repository.Root, folder);
        return Directory.Exists(path)
            ? Directory.EnumerateFiles(path, "*.cs", SearchOption.AllDirectories)
                .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            : [];
    }

    public static IEnumerable<string> All => Folders.SelectMany(Of);

    /// <summary>The path as it stands in the repository.</summary>
    public static string Name(string file) => Path.GetRelativePath(Repository.Root, file);

    /// <summary>Every namespace of ours that a file names: by using, alias or full name.</summary>
    public static IEnumerable<string> Imports(string file) =>
        OurNamespace().Matches(WithoutComments(File.ReadAllText(file)))
            .Where(match => !match.Groups["own"].Success)
            .Select(match => match.Groups["name"].Value)
            .Distinct();

    public static string WithoutComments(string text) => Comment().Replace(text, "");

    [GeneratedRegex(@"(?<own>namespace\s+)?\b(?<name>Portico(\.[A-Z]\w*)+)")]
    private static partial Regex OurNamespace();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();
}
