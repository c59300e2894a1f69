using Microsoft.Extensions.Configuration;

namespace Portico.Hosting.Secrets;

/// <summary>
/// Secrets that stand in files: each setting of a secret has a twin <c>{key}File</c> that names a file instead, so that the secret stands in no command line
/// and in no configuration file. The content takes the place of the setting before any role reads it.
/// </summary>
internal static class SecretFiles
{
    // A file of a list has one entry on each line, and there may be a list of files.
    private static readonly string[] Lists = ["SecretKey", "TokenSecret", "CodeKeys", "WebApi:ApiKeys"];
    private static readonly string[] Texts = ["Redis", "Service:AgentToken", "WebApi:Store"];

    /// <summary>The configuration with the contents of the files in it.</summary>
    /// <exception cref="ConfigurationException">A file is not usable, or a secret is given in both ways; it names all of these.</exception>
    public static IConfigurationRoot Resolve(IConfigurationRoot configuration)
    {
        var faults = new ConfigurationFaults();
        var found = new Dictionary<string, string?>();
        foreach (var key in Lists)
        {
            var secrets = Files(key).SelectMany(entry => SecretFile.ReadLines(entry.Path, entry.Value!, faults)).ToList();
            for (var i = 0; i < secrets.Count; i++)
            {
                found[$"{key}:{i}"] = secrets[i];
            }
        }

        foreach (var key in Texts.Concat(configuration.GetSection("Gateway:Listen").GetChildren().Select(listener => listener.Path + ":CertificatePassword")))
        {
            if (Files(key) is [var file, ..])
            {
                found[key] = SecretFile.Read(file.Path, file.Value!, faults);
            }
        }

        faults.ThrowIfAny();
        return found.Count == 0 ? configuration : new ConfigurationBuilder().AddConfiguration(configuration).AddInMemoryCollection(found).Build();

        List<IConfigurationSection> Files(string key)
        {
            var files = configuration.Entries(key + "File").Where(entry => !string.IsNullOrEmpty(entry.Value)).ToList();
            if (files.Count > 0 && configuration.Entries(key).Count > 0)
            {
                faults.Add(files[0].Path, files[0].Value, $"{key} is given too; only one of them can be used.");
            }

            return files;
        }
    }
}
