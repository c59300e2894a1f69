using System.Globalization;
using Microsoft.Extensions.Configuration;
using Portico.Client;
using Portico.Hosting;
using Portico.Hosting.Secrets;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>What the customer service module reads of the configuration.</summary>
internal sealed record ServiceOptions
{
    private const int UsualFailedTokens = 30;
    private const int MostFailedTokens = 1_000_000;

    /// <summary><c>Redis</c>: the Redis that holds the mini-program's sessions, as <see cref="RedisAddress"/> reads it; null: none is asked.</summary>
    public string? Redis { get; private init; }

    /// <summary><c>Service:TokenKeyPattern</c>: Redis key of a session token; no default. Null: session tokens are not known here.</summary>
    public SessionKeys? SessionKeys { get; private init; }

    /// <summary><c>Service:AgentToken</c>: what old agents' clients share; null: none.</summary>
    public string? AgentToken { get; private init; }

    /// <summary>
    /// <c>Service:FailedTokensPerAddress</c>: unknown tokens from one address in a minute, after which none is compared with <see cref="AgentToken"/>
    /// until the minute is over; 0 for no bound. Default 30.
    /// </summary>
    public int FailedTokensPerAddress { get; private init; } = UsualFailedTokens;

    /// <summary><c>TokenSecret</c>: checks user tokens; null: they are not known here.</summary>
    public UserTokens? UserTokens { get; private init; }

    /// <summary>Reads it; what is wrong is noted. Values of secrets are never shown.</summary>
    /// <param name="configuration">The worker's.</param>
    /// <param name="faults">Where it is noted.</param>
    /// <param name="isServed">Whether this worker has the module: then a Redis without a pattern is a fault.</param>
    public static ServiceOptions Read(IConfiguration configuration, ConfigurationFaults faults, bool isServed)
    {
        var redis = Text(configuration, "Redis");
        if (redis is not null && RedisAddress.FaultOf(redis) is { } fault)
        {
            faults.Add("Redis", "(not shown)", fault);
        }

        var pattern = Text(configuration, "Service:TokenKeyPattern");
        var isPattern = pattern?.Split(SessionKeys.Placeholder).Length == 2;
        if (pattern is not null && !isPattern)
        {
            faults.Add("Service:TokenKeyPattern", pattern, "must hold {token} once, like mini:{token}.");
        }
        else if (pattern is null && redis is not null && isServed)
        {
            faults.Add(
                "Service:TokenKeyPattern", null,
                "Redis is set, and clients of the module service may read no other keys than their sessions: name these, like mini:{token}, or "
                    + "{token} where the token is the whole key.");
        }

        return new ServiceOptions
        {
            Redis = redis,
            SessionKeys = isPattern ? new SessionKeys(pattern!) : null,
            AgentToken = new SecretReader(configuration, faults).AgentToken(),
            FailedTokensPerAddress = FailedTokens(configuration, faults),
            UserTokens = WorkerTokens.Read(configuration),
        };
    }

    private static int FailedTokens(IConfiguration configuration, ConfigurationFaults faults)
    {
        const string Key = "Service:FailedTokensPerAddress";
        if (Text(configuration, Key) is not { } text)
        {
            return UsualFailedTokens;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most <= MostFailedTokens)
        {
            return most;
        }

        faults.Add(Key, text, $"must be a whole number from 0 to {MostFailedTokens}.");
        return UsualFailedTokens;
    }

    private static string? Text(IConfiguration configuration, string key) => configuration[key] is { Length: > 0 } text ? text : null;
}
