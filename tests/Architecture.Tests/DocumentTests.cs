using System.Text.RegularExpressions;
using Portico.Support;

namespace Portico.Architecture.Tests;

/// <summary>What the code cites and what documents link to exists.</summary>
public sealed partial class DocumentTests
{
    [Fact]
    public void Citations_InCode_NameDocumentsThatExist()
    {
        var known = Documents.All.ToLookup(Path.GetFileName, Documents.Name);

        var missing =
            from file in Documents.Code
            from Match cited in DocumentName().Matches(File.ReadAllText(file))
            let name = cited.Value
            where !name.Contains('/') ? !known.Contains(name) : !Documents.All.Any(document => IsNamed(document, file, name))
            select $"{Documents.Name(file)} cites {name}";

        Documents.AssertNone(missing);
    }

    [Fact]
    public void Citations_OfASection_NameAHeadingThatExists()
    {
        var missing =
            from file in Documents.Code
            from Match cited in Section().Matches(File.ReadAllText(file))
            let document = cited.Groups["document"].Value is { Length: > 0 } named ? named : "wire-gatewayworker.md"
            let headings = Documents.All.Where(path => Path.GetFileName(path) == Path.GetFileName(document)).SelectMany(Documents.Headings).ToArray()
            from section in Number().Matches(cited.Groups["sections"].Value).Select(match => match.Value).Append(cited.Groups["title"].Value)
            where section.Length > 0
            where !headings.Any(heading => heading.StartsWith(section + " ", StringComparison.Ordinal)
                || heading.StartsWith(section + ".", StringComparison.Ordinal)
                || LeadingNumber().Replace(heading, "").StartsWith(section, StringComparison.Ordinal))
            select $"{Documents.Name(file)} cites section {section} of {document}";

        Documents.AssertNone(missing);
    }

    [Fact]
    public void Links_OfDocuments_LeadToFilesAndHeadings()
    {
        var broken =
            from document in Documents.All
            from Match link in Link().Matches(Documents.WithoutCode(File.ReadAllText(document)))
            let target = link.Groups["target"].Value
            where !target.Contains(':', StringComparison.Ordinal)
            let parts = target.Split('#')
            let path = parts[0].Length == 0 ? document : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(document)!, parts[0]))
            where !path.StartsWith(Repository.Root + "/", StringComparison.Ordinal)
                || (!File.Exists(path) && !Directory.Exists(path))
                || (parts.Length > 1 && !Documents.Headings(path).Select(Documents.Anchor).Contains(parts[1]))
            select $"{Documents.Name(document)} links to {target}";

        Documents.AssertNone(broken);
    }

    [Fact]
    public void Decisions_HaveANumberOfTheirOwnATitleADateAndAStatus()
    {
        var files = Directory.GetFiles(Path.Combine(Repository.Root, "docs", "decisions"), "0*.md").Order().ToArray();

        var doubles = files
            .GroupBy(file => Path.GetFileName(file)[..4])
            .Where(group => group.Count() > 1)
            .Select(group => $"{group.Key} is there {group.Count()} times");
        var misshapen = files
            .Where(file => !DecisionHead().IsMatch(File.ReadAllText(file)))
            .Select(file => $"{Documents.Name(file)} does not begin as 0001 does");

        var index = File.ReadAllText(Path.Combine(Repository.Root, "docs", "decisions", "README.md"));
        var unlisted = files
            .Where(file => !index.Contains($"({Path.GetFileName(file)})", StringComparison.Ordinal))
            .Select(file => $"docs/decisions/README.md does not list {Path.GetFileName(file)}");

        Assert.NotEmpty(files);
        Documents.AssertNone(doubles.Concat(misshapen).Concat(unlisted));
    }

    /// <summary>
    /// How each is run is up to tests/Browser.Tests/node/docs.test.mjs, which also knows the pages whose shell blocks it runs from top to bottom.
    /// </summary>
    [Fact]
    public void Snippets_AreRunByATestOrSayWhyNot()
    {
        var runner = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Browser.Tests", "node", "docs.test.mjs"));

        var unclear =
            from document in Documents.All
            let name = Documents.Name(document)
            where name == "README.md" || name.StartsWith("docs/", StringComparison.Ordinal)
            from Match block in CodeBlock().Matches(File.ReadAllText(document))
            where !block.Groups["mark"].Success && !(block.Groups["language"].Value == "sh" && runner.Contains($"'{name}'", StringComparison.Ordinal))
            select $"{name}: put <!-- snippet: test NAME --> or <!-- snippet: not run: WHY --> before the block that begins \"{block.Groups["first"].Value}\"";

        Documents.AssertNone(unclear);
    }

    [Fact]
    public void CodeMap_HasEveryFolder()
    {
        string[] projects = ["contracts", "hosting", "register", "gateway", "businessworker", "web-api"];
        var listed = Folder()
            .Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "dev", "code-map.md")))
            .Select(match => match.Groups["path"].Value)
            .ToHashSet();

        var missing = projects.SelectMany(Sources.Of).Select(file => Path.GetDirectoryName(Sources.Name(file))!.Split('/'))
            .Where(parts => parts.Length > 1)
            .Select(parts => $"{parts[0]}/{parts[1]}")
            .Where(folder => !listed.Contains(folder))
            .Select(folder => $"docs/dev/code-map.md has no row for {folder}");
        var gone = listed
            .Where(folder => !Directory.Exists(Path.Combine(Repository.Root, folder)))
            .Select(folder => $"docs/dev/code-map.md has a row for {folder}, which is not there");

        Documents.AssertNone(missing.Concat(gone));
    }

    private static bool IsNamed(string document, string file, string name) =>
        Documents.Name(document).EndsWith(name, StringComparison.Ordinal)
        || document == Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, name));

    [GeneratedRegex(@"(?<![\w*{$])[\w./-]*\w\.md\b")]
    private static partial Regex DocumentName();

    /// <summary>A document and numbers, a document and a quoted heading, or "GatewayWorker protocol" and numbers.</summary>
    [GeneratedRegex(
        """(?:(?<document>[\w./-]*\w\.md)|GatewayWorker protocol),?\s(?:sections?\s)?(?:(?<sections>\d+(?:\.\d+)*(?:(?:, | to | and )\d+(?:\.\d+)*)*)|"(?<title>[^"]+)"|(?<title>[A-Z][a-z]+)\)|(?<title>portico\.[\w.]+\w))""")]
    private static partial Regex Section();

    [GeneratedRegex(@"(?<mark><!-- snippet: [^\n]+ -->\n\n?)?^```(?<language>\w+)\n(?<first>[^\n]*)[\s\S]*?^```", RegexOptions.Multiline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^\| `(?<path>[\w/-]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Folder();

    [GeneratedRegex(@"\d+(\.\d+)*")]
    private static partial Regex Number();

    [GeneratedRegex(@"^\d+(\.\d+)*\.? ")]
    private static partial Regex LeadingNumber();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\A# (\d{4}\W+)?\S.*\n[\s\S]{0,80}?\d{4}-\d\d-\d\d[\s\S]{0,40}?Status:\W*(accepted|superseded by )")]
    private static partial Regex DecisionHead();
}
