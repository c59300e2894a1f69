using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Portico.Client;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Identity;

/// <summary>Finds out who calls, from <c>X-Api-Key</c>, <c>Authorization: Bearer</c> or the cookie <c>portico_token</c>.</summary>
internal sealed class Authenticator(WebApiOptions options, TimeProvider time)
{
    public const string Cookie = "portico_token";
    public const string KeyHeader = "X-Api-Key";
    private const string Bearer = "Bearer ";

    // Digests have one length, so comparing them tells nothing of the keys'.
    private readonly byte[][] _keys = [.. options.ApiKeys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))];
    private readonly UserTokens? _tokens = options.TokenSecret is { } secret ? new UserTokens(secret) : null;

    /// <summary>Issues user tokens; null when no secret is set.</summary>
    public UserTokens? Tokens => _tokens;

    /// <summary>The caller, or null when nothing valid was shown. What is shown in a header counts, be it wrong: no falling back to a cookie.</summary>
    public Caller? Find(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TryGetValue(KeyHeader, out var key))
        {
            return IsApiKey(key.ToString()) ? Caller.Backend : null;
        }

        if (headers.TryGetValue(HeaderNames.Authorization, out var authorization))
        {
            var text = authorization.ToString();
            if (!text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }

            var shown = text[Bearer.Length..].Trim();
            return IsApiKey(shown) ? Caller.Backend : OfToken(shown);
        }

        return request.Cookies.TryGetValue(Cookie, out var cookie) ? OfToken(cookie) : null;
    }

    private Caller? OfToken(string token) =>
        _tokens is not null && _tokens.Verify(token, time.GetUtcNow(), out var uid, out _) == TokenStatus.Valid && Uids.IsValid(uid)
            ? new Caller(uid)
            : null;

    private bool IsApiKey(string shown)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(shown), digest);
        var found = false;
        foreach (var key in _keys)
        {
            found |= CryptographicOperations.FixedTimeEquals(digest, key);
        }

        return found;
    }
}
