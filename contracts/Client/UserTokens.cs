using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Portico.Client;

/// <summary>
/// User tokens: JSON Web Tokens (RFC 7519) signed with HS256 and nothing else, with <c>sub</c> (the uid) and <c>exp</c>. web-api and
/// workers check them with the same secret; any backend issues them. Thread-safe.
/// </summary>
public sealed class UserTokens
{
    /// <summary>Shortest secret that is taken, in characters.</summary>
    public const int ShortestSecret = 32;

    private const int LargestToken = 8192;
    private readonly JsonWebTokenHandler _handler = new() { MaximumTokenSizeInBytes = LargestToken, MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false };
    private readonly SymmetricSecurityKey _key;
    private readonly TokenValidationParameters _rules;

    /// <summary>Takes the shared secret.</summary>
    /// <exception cref="ArgumentException">It is shorter than <see cref="ShortestSecret"/>.</exception>
    public UserTokens(string secret)
    {
        if (secret.Length < ShortestSecret)
        {
            throw new ArgumentException($"The secret must have {ShortestSecret} characters or more.", nameof(secret));
        }

        _key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret));
        _rules = new TokenValidationParameters
        {
            IssuerSigningKey = _key,

            // The algorithm is ours, never the token's choice: "none" and public-key tricks end here.
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidateIssuer = false,
            ValidateAudience = false,

            // Times are compared below, against the caller's clock and with an answer that tells expired from forged.
            ValidateLifetime = false,
        };
    }

    /// <summary>Issues a token.</summary>
    public string Create(string uid, DateTimeOffset expires) => _handler.CreateToken(new SecurityTokenDescriptor
    {
        Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = uid },
        Expires = expires.UtcDateTime,
        SigningCredentials = new SigningCredentials(_key, SecurityAlgorithms.HmacSha256),
    });

    /// <summary>Checks a token; <paramref name="uid"/> and <paramref name="expires"/> count for valid and expired ones.</summary>
    public TokenStatus Verify(string? token, DateTimeOffset now, out string uid, out DateTimeOffset expires)
    {
        uid = "";
        expires = default;
        if (string.IsNullOrEmpty(token) || !Ascii.IsValid(token) || !TryRead(token, out var read))
        {
            return TokenStatus.Invalid;
        }

        return ReadClaims(read, now, out uid, out expires);
    }

    [SuppressMessage("Usage", "VSTHRD002", Justification = "With a key at hand nothing is awaited: the task is complete when it is returned, which is checked.")]
    private bool TryRead(string token, [NotNullWhen(true)] out JsonWebToken? read)
    {
        var validating = _handler.ValidateTokenAsync(token, _rules);
        read = validating.IsCompletedSuccessfully && validating.Result is { IsValid: true } result ? result.SecurityToken as JsonWebToken : null;

        // "crit" (RFC 7515 section 4.1.11) would ask for what is not known here.
        return read is not null && !read.TryGetHeaderValue<object>("crit", out _);
    }

    private static TokenStatus ReadClaims(JsonWebToken token, DateTimeOffset now, out string uid, out DateTimeOffset expires)
    {
        uid = "";
        expires = default;
        if (!token.TryGetPayloadValue<object>(JwtRegisteredClaimNames.Sub, out var subject) || subject is not string { Length: > 0 } text
            || token.ValidTo == DateTime.MinValue)
        {
            return TokenStatus.Invalid;
        }

        uid = text;
        expires = new DateTimeOffset(token.ValidTo);
        return token.ValidFrom > now.UtcDateTime ? TokenStatus.Invalid : expires <= now ? TokenStatus.Expired : TokenStatus.Valid;
    }
}
