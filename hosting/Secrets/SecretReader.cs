using Microsoft.Extensions.Configuration;

namespace Portico.Hosting.Secrets;

/// <summary>
/// Reads the secrets of a configuration, with one rule for each kind. Of several of a kind all are accepted and the first is used, so that a secret
/// can be replaced while the cluster runs. No value is ever part of a fault.
/// </summary>
/// <param name="configuration">Where they are.</param>
/// <param name="faults">Where it is noted that one is missing or too short.</param>
public sealed class SecretReader(IConfiguration configuration, ConfigurationFaults faults)
{
    /// <summary>Fewest characters of <c>SecretKey</c>, where a port can be reached from other machines.</summary>
    public const int ShortestSecretKey = 16;

    /// <summary>Fewest characters of <c>TokenSecret</c>: HS256 asks for 256 bits.</summary>
    public const int ShortestTokenSecret = 32;

    /// <summary>Fewest characters of an entry of <c>CodeKeys</c>.</summary>
    public const int ShortestCodeKey = 32;

    /// <summary>Fewest characters of an entry of <c>WebApi:ApiKeys</c>.</summary>
    public const int ShortestApiKey = 16;

    /// <summary>Fewest characters of <c>Service:AgentToken</c>. Guesses are slowed down for each address.</summary>
    public const int ShortestAgentToken = 8;

    /// <summary>The keys that roles show each other.</summary>
    /// <param name="reach">The setting and value that let other machines in, like "Register:Listen (10.0.0.1:1238)": then a key is needed, and a
    /// short one is refused; null when only this machine gets in.</param>
    public IReadOnlyList<string> SecretKeys(string? reach)
    {
        var keys = List("SecretKey", reach is null ? 1 : ShortestSecretKey);
        if (keys.Contains("0"))
        {
            faults.Add("SecretKey", "0", "counts as no key in PHP; choose another one.");
        }

        if (keys.Count == 0 && reach is not null)
        {
            faults.Add(
                "SecretKey",
                null,
                $"{reach} is not loopback, so callers must show a key: give all roles the same one of {ShortestSecretKey} characters or more, best "
                    + "as SecretKeyFile.");
        }

        return keys;
    }

    /// <summary>The secrets of user tokens; none: no token is accepted.</summary>
    public IReadOnlyList<string> TokenSecrets() => List("TokenSecret", ShortestTokenSecret);

    /// <summary>The secrets of opaque codes, newest first.</summary>
    public IReadOnlyList<string> CodeKeys() => List("CodeKeys", ShortestCodeKey);

    /// <summary>The keys of backends.</summary>
    public IReadOnlyList<string> ApiKeys() => List("WebApi:ApiKeys", ShortestApiKey);

    /// <summary>The token that old agents' clients share; null for none.</summary>
    public string? AgentToken() => List("Service:AgentToken", ShortestAgentToken) is [var token, ..] ? token : null;

    private List<string> List(string key, int shortest)
    {
        var secrets = new List<string>();
        foreach (var entry in configuration.Entries(key))
        {
            if (entry.Value is { } secret && secret.Length >= shortest)
            {
                secrets.Add(secret);
            }
            else
            {
                faults.Add(entry.Path, "(not shown)", $"must have {shortest} characters or more.");
            }
        }

        return secrets;
    }
}
