using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Portico.Support;

namespace Portico.Architecture.Tests;

/// <summary>The tables of docs/configuration.md and docs/limits.md have every option with its default, and no other.</summary>
public sealed partial class ConfigurationPageTests
{
    private static readonly string[] Roles = ["register", "gateway", "businessworker", "web-api"];
    private static readonly Dictionary<string, long> Units = new() { ["KiB"] = 1L << 10, ["MiB"] = 1L << 20, ["GiB"] = 1L << 30 };

    private static readonly (string Key, string Default)[] Rows =
        [.. RowsOf("configuration.md"), .. RowsOf("limits.md").Where(row => row.Key.Contains(":Limits:", StringComparison.Ordinal))];

    private static readonly (string Key, JsonElement Value)[] Options = [.. Roles.SelectMany(Leaves)];

    [Fact]
    public void Tables_HaveEveryOptionOfEachRole() =>
        Documents.AssertNone(
            from option in Options
            where !Rows.Any(row => row.Key == option.Key)
            select $"neither docs/configuration.md nor docs/limits.md has a row for {option.Key} (default {option.Value.GetRawText()})");

    [Fact]
    public void Tables_HaveTheDefaultOfEachOption() =>
        Documents.AssertNone(
            from option in Options
            from row in Rows
            where row.Key == option.Key && !Says(row.Default, option.Value)
            select $"{option.Key} is {option.Value.GetRawText()} in appsettings.json and \"{row.Default}\" in the table");

    [Fact]
    public void Tables_HaveNoOptionThatIsNotThere()
    {
        var known = Options.Concat(Leaves("standalone")).Select(option => option.Key).ToHashSet();

        Documents.AssertNone(Rows.Where(row => !row.Key.EndsWith('…') && !known.Contains(row.Key)).Select(row => $"no appsettings.json has {row.Key}"));
    }

    private static bool Says(string text, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => Number().Match(text) is { Success: true } number
            && decimal.Parse(number.Groups["value"].Value.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture)
                * Units.GetValueOrDefault(number.Groups["unit"].Value, 1) == value.GetDecimal(),
        JsonValueKind.True or JsonValueKind.False => text.StartsWith(value.GetRawText(), StringComparison.Ordinal),
        JsonValueKind.Array => value.GetArrayLength() == 0
            ? SaysNothing(text)
            : value.EnumerateArray().All(entry => entry.ValueKind == JsonValueKind.Object || text.Contains($"`{entry.GetString()}`", StringComparison.Ordinal)),
        _ => value.GetString() is { Length: > 0 } word ? text.Contains($"`{word}`", StringComparison.Ordinal) : SaysNothing(text),
    };

    // An empty default is a dash, or words for what it means.
    private static bool SaysNothing(string text) => text == "–" || char.IsLetter(text[0]);

    /// <summary>The rows of a page: a key, or several that share what is before the last colon.</summary>
    private static IEnumerable<(string Key, string Default)> RowsOf(string page) =>
        from line in File.ReadLines(Path.Combine(Repository.Root, "docs", page))
        where line.StartsWith("| `", StringComparison.Ordinal)
        let cells = line.Split(" | ")
        let names = Name().Matches(cells[0]).Select(match => match.Groups["name"].Value).ToArray()
        from name in names
        let full = name[0] == ':' ? names[0][..names[0].LastIndexOf(':')] + name : name
        select (full.Split(":0")[0], cells[1]);

    private static IEnumerable<(string Key, JsonElement Value)> Leaves(string role)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, role, "appsettings.json"));
        var document = JsonDocument.Parse(text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        return Leaves("", document.RootElement);
    }

    private static IEnumerable<(string Key, JsonElement Value)> Leaves(string path, JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().SelectMany(member => Leaves(path.Length == 0 ? member.Name : $"{path}:{member.Name}", member.Value))
            : [(path, element)];

    [GeneratedRegex("^`?(?<value>[\\d,.]+)`?( (?<unit>[KMG]iB))?")]
    private static partial Regex Number();

    [GeneratedRegex("`(?<name>[:\\w]+(?:…)?)[^`]*`")]
    private static partial Regex Name();
}
