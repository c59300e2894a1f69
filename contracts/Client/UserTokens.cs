using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Portico.Contracts.Ids;

namespace Portico.Client;

/// <summary>
/// User tokens: JSON Web Tokens (RFC 7519) signed with HS256 and nothing else, with <c>sub</c> (the uid) and <c>exp</c>, perhaps with a <c>role</c>.
/// web-api and
/// workers check them with the same secret; any backend issues them. Thread-safe.
/// </summary>
public sealed class UserTokens
{
    /// <summary>Shortest secret that is taken, in characters.</summary>
    public const int ShortestSecret = 32;

    /// <summary>Value of the claim <c>role</c> in the token of an agent of the customer service; his name is the token's <c>sub</c>.</summary>
    public const string AgentRole = "agent";

    private const string RoleClaim = "role";
    private const int LargestToken = 8192;
    private readonly JsonWebTokenHandler _handler =
        new() { MaximumTokenSizeInBytes = LargestToken, MapInboundClaims = false, SetDefaultTimesOnTokenCreation = false };
    private readonly SymmetricSecurityKey[] _keys;
    private readonly TokenValidationParameters _rules;

    /// <summary>Takes the shared secret.</summary>
    /// <exception cref="ArgumentException">It is shorter than <see cref="ShortestSecret"/>.</exception>
    public UserTokens(string secret)
        : this([secret])
    {
    }

    /// <summary>Takes several secrets, while one is being replaced by another.</summary>
    /// <param name="secrets">The first signs; tokens of each are good.</param>
    /// <exception cref="ArgumentException">There is none, or one is shorter than <see cref="ShortestSecret"/>.</exception>
    public UserTokens(IReadOnlyList<string> secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (secrets.Count == 0 || secrets.Any(secret => secret.Length < ShortestSecret))
        {
            throw new ArgumentException($"There must be a secret, and each must have {ShortestSecret} characters or more.", nameof(secrets));
        }

        _keys = [.. secrets.Select(secret => new SymmetricSecurityKey(Encoding.UTF8.GetBytes(secret)))];
        _rules = new TokenValidationParameters
        {
            IssuerSigningKeys = _keys,
            TryAllIssuerSigningKeys = true,

            // The algorithm is ours, never the token's choice: "none" and public-key tricks end here.
            ValidAlgorithms = [SecurityAlgorithms.HmacSha256],
            ValidateIssuer = false,
            ValidateAudience = false,

            // Times are compared below, against the caller's clock and with an answer that tells expired from forged.
            ValidateLifetime = false,
        };
    }

    /// <summary>Issues a token; <paramref name="role"/> empty for none.</summary>
    /// <exception cref="ArgumentException">The uid is none (<see cref="UserIds.IsValid"/>): nobody would take the token.</exception>
    public string Create(string uid, DateTimeOffset expires, string role = "")
    {
        if (!UserIds.IsValid(uid))
        {
            throw new ArgumentException("A uid has 1 to 128 characters without blanks and control characters, and is not 0.", nameof(uid));
        }

        var claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = uid };
        if (role.Length > 0)
        {
            claims[RoleClaim] = role;
        }

        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Claims = claims,
            Expires = expires.UtcDateTime,
            SigningCredentials = new SigningCredentials(_keys[0], SecurityAlgorithms.HmacSha256),
        });
    }

    /// <summary>Checks a token; <paramref name="uid"/> and <paramref name="expires"/> count for valid and expired ones.</summary>
    public TokenStatus Verify(string? token, DateTimeOffset now, out string uid, out DateTimeOffset expires)
    {
        var status = Verify(token, now, out var read);
        (uid, expires) = (read.Uid, read.Expires);
        return status;
    }

    /// <summary>Checks a token; what it says counts for valid and expired ones.</summary>
    public TokenStatus Verify(string? token, DateTimeOffset now, out UserToken says)
    {
        says = UserToken.None;
        return string.IsNullOrEmpty(token) || !Ascii.IsValid(token) || !TryRead(token, out var read) ? TokenStatus.Invalid : ReadClaims(read, now, out says);
    }

    [SuppressMessage(
        "Usage", "VSTHRD002", Justification = "With a key at hand nothing is awaited: the task is complete when it is returned, which is checked.")]
    private bool TryRead(string token, [NotNullWhen(true)] out JsonWebToken? read)
    {
        var validating = _handler.ValidateTokenAsync(token, _rules);
        read = validating.IsCompletedSuccessfully && validating.Result is { IsValid: true } result ? result.SecurityToken as JsonWebToken : null;

        // "crit" (RFC 7515 section 4.1.11) would ask for what is not known here.
        return read is not null && !read.TryGetHeaderValue<object>("crit", out _);
    }

    // The library reads a number as its text; "sub" is a string (RFC 7519 section 4.1.2), and a backend that signs 5 for U_5 must hear of it.
    private static bool IsText(JsonWebToken token, string claim)
    {
        try
        {
            var reader = new Utf8JsonReader(Base64Url.DecodeFromChars(token.EncodedPayload));
            var found = false;
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals(claim))
                {
                    found = reader.Read() && reader.TokenType == JsonTokenType.String;
                }
            }

            return found;
        }
        catch (Exception fault) when (fault is JsonException or FormatException)
        {
            // The library stops reading at the end of the object; bytes behind it make the payload no JSON (RFC 7519 section 7.2).
            return false;
        }
    }

    private static TokenStatus ReadClaims(JsonWebToken token, DateTimeOffset now, out UserToken says)
    {
        says = UserToken.None;
        if (!token.TryGetPayloadValue<object>(JwtRegisteredClaimNames.Sub, out var subject) || subject is not string uid || !UserIds.IsValid(uid)
            || !IsText(token, JwtRegisteredClaimNames.Sub) || token.ValidTo == DateTime.MinValue)
        {
            return TokenStatus.Invalid;
        }

        var role = token.TryGetPayloadValue<object>(RoleClaim, out var claim) && claim is string text ? text : "";
        says = new UserToken(uid, role, new DateTimeOffset(token.ValidTo));
        return token.ValidFrom > now.UtcDateTime ? TokenStatus.Invalid : says.Expires <= now ? TokenStatus.Expired : TokenStatus.Valid;
    }
}
