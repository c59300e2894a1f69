using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Portico.Hosting;

namespace Portico.Standalone;

/// <summary>
/// The secrets a fresh machine lacks: made once, kept in the data folder in files that only the owner can read. What the
/// configuration gives is used instead.
/// </summary>
internal sealed class StandaloneSecrets
{
    private StandaloneSecrets(string apiKeyFile, Dictionary<string, string?> overlay)
    {
        ApiKeyFile = apiKeyFile;
        Overlay = overlay;
    }

    /// <summary>Where the API key stands, or the name of the setting that gives it.</summary>
    public string ApiKeyFile { get; }

    /// <summary>Settings to lay over the configuration.</summary>
    public IReadOnlyDictionary<string, string?> Overlay { get; }

    /// <summary>Reads or makes them.</summary>
    /// <exception cref="ConfigurationException">The folder cannot be used.</exception>
    public static StandaloneSecrets Open(string folder, IConfiguration configuration)
    {
        try
        {
            var full = Path.GetFullPath(folder);
            Directory.CreateDirectory(full);
            var overlay = new Dictionary<string, string?> { ["DataFolder"] = full };
            var apiKeyFile = "WebApi:ApiKeys";
            if (configuration.Entries("WebApi:ApiKeys").Count == 0)
            {
                apiKeyFile = Path.Combine(full, "api-key");
                overlay["WebApi:ApiKeys:0"] = ReadOrMake(apiKeyFile);
            }

            if (string.IsNullOrEmpty(configuration["TokenSecret"]))
            {
                overlay["TokenSecret"] = ReadOrMake(Path.Combine(full, "token-secret"));
            }

            if (configuration.Entries("CodeKeys").Count == 0)
            {
                overlay["CodeKeys:0"] = ReadOrMake(Path.Combine(full, "code-key"));
            }

            return new StandaloneSecrets(apiKeyFile, overlay);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            var faults = new ConfigurationFaults();
            faults.Add("DataFolder", folder, $"a folder that can be written would be right ({fault.Message})");
            faults.ThrowIfAny();
            throw;
        }
    }

    private static string ReadOrMake(string file)
    {
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: >= 32 } kept)
        {
            return kept;
        }

        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var writer = new StreamWriter(file, options);
        writer.WriteLine(made);
        return made;
    }
}
