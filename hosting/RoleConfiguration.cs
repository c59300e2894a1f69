using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Portico.Hosting.Secrets;

namespace Portico.Hosting;

/// <summary>
/// The configuration of a role. Layers, lowest first: the role's shipped defaults (<c>appsettings.{role}.json</c> beside the program),
/// <c>appsettings.json</c> beside the program, <c>appsettings.json</c> in the working folder, environment (<c>A__B</c>), command line
/// (<c>--A:B=value</c>). A list in a higher layer replaces the whole list of a lower one. A secret may stand in a file instead (<c>SecretKeyFile</c>).
/// </summary>
public static class RoleConfiguration
{
    // The first words of every key there is, of all roles (docs/configuration.md), and what .NET itself reads.
    private static readonly HashSet<string> Roots = new(
        ["Register", "Gateway", "BusinessWorker", "WebApi", "Service", "Metrics", "Tls", "Grpc", "SecretKey", "TokenSecret", "CodeKeys",
            "SecretKeyFile", "TokenSecretFile", "CodeKeysFile", "RedisFile", "DataFolder", "TimeZone", "Redis", "Logging"],
        StringComparer.OrdinalIgnoreCase);

    // What an element of a list may hold, where it may be a section.
    private static readonly Dictionary<string, HashSet<string>> Elements = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Listen"] = new(
            [
                "Url", "Certificate", "CertificateKey", "CertificatePassword", "CertificatePasswordFile", "PingInterval", "PingNotResponseLimit",
                "PingData", "Origins", "Subprotocols", "TrustedProxies",
                "ClientAddressFrom", "Compression", "ContextTakeover", "WindowBits",
            ],
            StringComparer.OrdinalIgnoreCase),
        ["RegisterAddress"] = new(["Address", "Protocol"], StringComparer.OrdinalIgnoreCase),
        ["Canned"] = new(["Title", "Text"], StringComparer.OrdinalIgnoreCase),
    };

    /// <summary>Reads all layers.</summary>
    /// <param name="role">Lower-case name of the role.</param>
    /// <param name="args">Command line.</param>
    /// <param name="overrides">A layer above all others, for a program that hosts roles; null for none.</param>
    /// <exception cref="ConfigurationException">A file is not JSON, the command line cannot be read, or the file of a secret cannot be used.</exception>
    public static IConfigurationRoot Load(string role, string[] args, IReadOnlyDictionary<string, string?>? overrides = null)
    {
        var sources = new List<IConfigurationSource>
        {
            Json(AppContext.BaseDirectory, $"appsettings.{role}.json"),
            Json(AppContext.BaseDirectory, "appsettings.json"),
        };
        if (!Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory).Equals(Directory.GetCurrentDirectory(), StringComparison.Ordinal))
        {
            sources.Add(Json(Directory.GetCurrentDirectory(), "appsettings.json"));
        }

        sources.Add(new EnvironmentVariablesConfigurationSource());
        sources.Add(new CommandLineConfigurationSource { Args = args });
        if (overrides is not null)
        {
            sources.Add(new MemoryConfigurationSource { InitialData = overrides });
        }

        try
        {
            return SecretFiles.Resolve(new ConfigurationBuilder().Add(new LayeredConfigurationSource(sources)).Build());
        }
        catch (Exception fault) when (fault is InvalidDataException or FormatException)
        {
            throw new ConfigurationException([Describe(fault)]);
        }
    }

    /// <summary>What .NET itself would meet with a stack trace: levels of the log that are none.</summary>
    /// <exception cref="ConfigurationException">Some are none; it names all.</exception>
    public static void CheckLogLevels(IConfiguration configuration)
    {
        var faults = new ConfigurationFaults();
        foreach (var (key, value) in configuration.GetSection("Logging").AsEnumerable())
        {
            if (key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase)
                && value is { Length: > 0 }
                && !Enum.TryParse<LogLevel>(value, ignoreCase: true, out _))
            {
                faults.Add(key, value, $"must be one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }
        }

        faults.ThrowIfAny();
    }

    /// <summary>
    /// Keys that no option has: those below a section of the defaults files beside the program (a program that hosts several roles has
    /// several) that no such file lists, and those of a list's elements that such an element does not have. They are reported, not fatal, since a
    /// shared file may hold the options of a newer version.
    /// </summary>
    public static IReadOnlyList<string> UnknownKeys(IConfiguration configuration)
    {
        var files = new ConfigurationBuilder();
        foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory, "appsettings.*.json"))
        {
            files.Add(Json(AppContext.BaseDirectory, Path.GetFileName(file)));
        }

        var defaults = files.Build();
        var known = new HashSet<string>(defaults.AsEnumerable().Select(pair => Shape(pair.Key)), StringComparer.OrdinalIgnoreCase);
        return
        [
            .. defaults.GetChildren()
                .Where(section => section.Value is null && section.GetChildren().Any() && !IsList(section))
                .SelectMany(section => configuration.GetSection(section.Key).AsEnumerable())
                .Select(pair => pair.Key)
                .Where(key => !known.Contains(Shape(key)) || IsUnknownInElement(key))
                .Order(StringComparer.OrdinalIgnoreCase),
        ];
    }

    /// <summary>
    /// What stands on a command line and is no option of any role: a mistyped section (<c>--Gatewy:LanPort=2901</c>), or a word that is no option
    /// at all. Another role's options are none of these, since a script may give all of them to every role.
    /// </summary>
    public static IReadOnlyList<string> UnknownArguments(IReadOnlyList<string> args)
    {
        var unknown = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var isOption = args[i].StartsWith("--", StringComparison.Ordinal) || args[i].StartsWith('/');
            var key = args[i].TrimStart('-', '/').Split('=')[0];
            if (!isOption || !Roots.Contains(key.Split(':')[0]))
            {
                unknown.Add(key);
            }

            // "--Key value": the second is no word of its own.
            i += isOption && !args[i].Contains('=', StringComparison.Ordinal) ? 1 : 0;
        }

        return unknown;
    }

    // "Could not parse the JSON file." is the middle one of three exceptions.
    private static string Describe(Exception fault) => fault.GetBaseException() switch
    {
        JsonException json => $"{fault.Message} Line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}: {json.Message.Split(" LineNumber")[0]}",
        { } below when below != fault => $"{fault.Message} {below.Message}",
        _ => fault.Message,
    };

    /// <summary>The key up to its first list index.</summary>
    private static string Shape(string key)
    {
        var segments = key.Split(':');
        var index = Array.FindIndex(segments, segment => int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        return index < 0 ? key : string.Join(':', segments[..index]);
    }

    /// <summary>Whether it is a key of a list's element that such an element does not have: <c>Gateway:Listen:0:Origin</c>.</summary>
    private static bool IsUnknownInElement(string key)
    {
        var segments = key.Split(':');
        var index = Shape(key).Split(':').Length;
        return index + 1 < segments.Length && Elements.TryGetValue(segments[index - 1], out var names) && !names.Contains(segments[index + 1]);
    }

    private static bool IsList(IConfigurationSection section) =>
        section.GetChildren().All(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static JsonConfigurationSource Json(string folder, string file) =>
        new() { FileProvider = new PhysicalFileProvider(folder), Path = file, Optional = true };
}
