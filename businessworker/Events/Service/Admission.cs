using Portico.Contracts.Results;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>What became of a token: an identity, or why the connection ends.</summary>
/// <param name="Identity">Who it is; counts when <paramref name="Refusal"/> is null.</param>
/// <param name="Refusal">Why not.</param>
/// <param name="Code">The refusal as a word for the counter.</param>
/// <param name="Expires">Until when a user token is good; null for what does not end.</param>
internal readonly record struct Admission(ServiceIdentity Identity, CloseReason? Refusal, string Code, DateTimeOffset? Expires = null)
{
    private const ushort PolicyViolation = 1008;
    private const ushort TryAgainLater = 1013;

    public static readonly Admission NoToken = new(default, new CloseReason(PolicyViolation, "token is missing"), "no_token");

    public static readonly Admission UnknownToken = new(default, new CloseReason(PolicyViolation, "token is unknown"), "unknown_token");

    public static readonly Admission TooManyTokens = new(
        default, new CloseReason(TryAgainLater, "too many unknown tokens came from your address, try again later"), "too_many_tokens");

    public static readonly Admission Expired = new(default, CloseReason.TokenExpired, "token_expired");

    public static readonly Admission RedisAway = new(
        default, new CloseReason(TryAgainLater, "sessions cannot be looked up now, try again later"), "redis_away");

    public static Admission Of(ServiceRole role, string name, DateTimeOffset? expires = null) => new(new ServiceIdentity(role, name), null, "", expires);
}
