using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Portico.Support;

namespace Portico.Architecture.Tests;

/// <summary>NOTICE names every package that is part of a program, and all of them have a licence that the project accepts.</summary>
public sealed partial class NoticeTests
{
    private static readonly string[] Programs = ["Register", "Gateway", "BusinessWorker", "WebApi", "Standalone", "Cli"];
    private static readonly string[] Accepted = ["MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "PostgreSQL", "public-domain"];

    // Words of a licence's text, for packages that bring the text instead of its name.
    private static readonly Dictionary<string, string> Words = new()
    {
        ["MIT"] = "Permission is hereby granted, free of charge",
        ["Apache-2.0"] = "Licensed under the Apache License, Version 2.0",
        ["public-domain"] = "is Public Domain",
    };

    private static readonly (string Name, string Folder)[] Packages = [.. Programs
        .SelectMany(RuntimePackages)
        .Distinct()
        .OrderBy(package => package.Name, StringComparer.Ordinal)];

    private static readonly Dictionary<string, string> Listed = Line().Matches(File.ReadAllText(Path.Combine(Repository.Root, "NOTICE")))
        .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["licence"].Value);

    [Fact]
    public void Notice_HasEveryPackageOfTheProgramsAndNoOther()
    {
        var names = Packages.Select(package => package.Name).ToHashSet();

        Assert.NotEmpty(names);
        Documents.AssertNone(names
            .Except(Listed.Keys)
            .Select(name => $"NOTICE has no line for {name}")
            .Concat(Listed.Keys.Except(names).Select(name => $"NOTICE has a line for {name}, which no program contains")));
    }

    [Fact]
    public void Packages_HaveTheLicenceThatNoticeSays_AndItIsAccepted() =>
        Documents.AssertNone(
            from package in Packages
            let said = Listed.GetValueOrDefault(package.Name, "")
            where !Accepted.Contains(said) || !HasLicence(package.Folder, said)
            select $"{package.Name}: NOTICE says \"{said}\"; accepted are {string.Join(", ", Accepted)}, and the package must say the same");

    private static bool HasLicence(string folder, string said)
    {
        var metadata = XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single()).Descendants().Single(element => element.Name.LocalName == "license");
        return metadata.Attribute("type")!.Value == "expression"
            ? metadata.Value == said
            : Words.TryGetValue(said, out var words)
                && Regex.Replace(File.ReadAllText(Path.Combine(folder, metadata.Value)), @"\s+", " ").Contains(words, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Name, string Folder)> RuntimePackages(string program)
    {
        using var assets = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "artifacts", "obj", program, "project.assets.json")));
        var folders = assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name).ToArray();
        var target = assets.RootElement.GetProperty("targets").EnumerateObject().First().Value;
        return
        [
            .. from library in target.EnumerateObject()
               where library.Value.GetProperty("type").GetString() == "package" && IsInPrograms(library.Value)
               let path = library.Name.ToLowerInvariant()
               select (
                   library.Name[..library.Name.IndexOf('/', StringComparison.Ordinal)],
                   folders.Select(folder => Path.Combine(folder, path)).First(Directory.Exists)
               ),
        ];
    }

    private static bool IsInPrograms(JsonElement library) =>
        new[] { "runtime", "runtimeTargets", "native" }.Any(kind =>
            library.TryGetProperty(kind, out var files) && files.EnumerateObject().Any(file => !file.Name.EndsWith("_._", StringComparison.Ordinal)));

    [GeneratedRegex(@"^(?<name>[\w.]+): (?<licence>[\w.-]*\w)\. ", RegexOptions.Multiline)]
    private static partial Regex Line();
}
