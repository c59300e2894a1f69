using Microsoft.Extensions.Configuration;
using Portico.Hosting;
using Portico.Hosting.Secrets;

namespace Portico.Standalone;

/// <summary>The secrets that are not configured: made once, kept in the data folder.</summary>
internal sealed class StandaloneSecrets
{
    private readonly Dictionary<string, string?> _overlay = [];

    private StandaloneSecrets(string folder, IConfiguration configuration)
    {
        _overlay["DataFolder"] = Folder = folder;
        SecretKey = Find("SecretKey", "SecretKey", "secret-key");
        ApiKey = Find("WebApi:ApiKeys", "WebApi:ApiKeys:0", "api-key");
        _ = Find("TokenSecret", "TokenSecret", "token-secret");
        _ = Find("CodeKeys", "CodeKeys:0", "code-key");

        string Find(string key, string first, string name)
        {
            if (configuration.Entries(key).Count > 0)
            {
                return key;
            }

            (_overlay[first], var file) = KeptSecret.ReadOrCreate(folder, name);
            return file;
        }
    }

    /// <summary>Full path of the data folder.</summary>
    public string Folder { get; }

    /// <summary>File of the key that the roles show each other, or the setting that gives it.</summary>
    public string SecretKey { get; }

    /// <summary>File of the backends' key, or the setting that gives it.</summary>
    public string ApiKey { get; }

    /// <summary>Settings to lay over the configuration.</summary>
    public IReadOnlyDictionary<string, string?> Overlay => _overlay;

    /// <summary>Reads or makes them.</summary>
    /// <exception cref="ConfigurationException">The folder cannot be used.</exception>
    public static StandaloneSecrets Open(string folder, IConfiguration configuration) => new(Path.GetFullPath(folder), configuration);
}
