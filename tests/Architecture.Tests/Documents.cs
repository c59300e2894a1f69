using System.Text.RegularExpressions;
using Portico.Support;

namespace Portico.Architecture.Tests;

/// <summary>The project's documents, and the files that may cite them.</summary>
internal static partial class Documents
{
    private static readonly string[] Outputs = [".git", "artifacts", "bin", "obj", "node_modules", "data"];
    private static readonly string[] CodeEndings =
        [".cs", ".proto", ".js", ".mjs", ".ts", ".css", ".html", ".json", ".csproj", ".props", ".sh", ".ps1", ".py", ".cpp", ".php", ".yml"];

    private static readonly string[] Files = [.. Walk(new DirectoryInfo(Repository.Root))];

    /// <summary>Every Markdown file.</summary>
    public static string[] All { get; } = [.. Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal))];

    /// <summary>Every file of code or configuration.</summary>
    public static string[] Code { get; } = [.. Files.Where(file => CodeEndings.Contains(Path.GetExtension(file)))];

    /// <summary>The path as it stands in the repository.</summary>
    public static string Name(string file) => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');

    /// <summary>The headings of a document, and the words in bold that begin a paragraph.</summary>
    public static IEnumerable<string> Headings(string file) =>
        Heading().Matches(WithoutCode(File.ReadAllText(file))).Select(match => match.Groups["text"].Value.Trim());

    /// <summary>The anchor that a heading gets when the document is shown.</summary>
    public static string Anchor(string heading) => NotInAnchors().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    /// <summary>Fails with every line, if there is one.</summary>
    public static void AssertNone(IEnumerable<string> faults)
    {
        var all = faults.Distinct().ToArray();
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    /// <summary>The text without its code blocks.</summary>
    public static string WithoutCode(string text) => CodeBlock().Replace(text, "");

    private static IEnumerable<string> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Select(file => file.FullName)
            .Concat(folder.EnumerateDirectories().Where(inner => !Outputs.Contains(inner.Name)).SelectMany(Walk));

    [GeneratedRegex(@"^(#+ (?<text>.+)|\*\*(?<text>[^*]+?)[.:]?\*\*.*)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
