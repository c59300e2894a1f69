using System.Runtime.InteropServices;
using System.Security.Cryptography;
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

    private readonly UserTokens? _tokens = options.TokenSecrets.Count > 0 ? new UserTokens(options.TokenSecrets) : null;

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

    /// <summary>What the caller's user token says; null without a valid one.</summary>
    public UserToken? FindToken(HttpRequest request)
    {
        var shown = request.Headers.TryGetValue(HeaderNames.Authorization, out var authorization)
            ? authorization.ToString() is var text && text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? text[Bearer.Length..].Trim() : null
            : request.Cookies[Cookie];
        return shown is not null && OfToken(shown) is not null && _tokens!.Verify(shown, time.GetUtcNow(), out var says) == TokenStatus.Valid ? says : null;
    }

    /// <summary>What a token says that was issued with our secret, be it expired; null for any other.</summary>
    public UserToken? Issued(string token) =>
        _tokens is not null && _tokens.Verify(token, time.GetUtcNow(), out var says) is TokenStatus.Valid or TokenStatus.Expired ? says : null;

    private Caller? OfToken(string token)
    {
        if (_tokens is null || _tokens.Verify(token, time.GetUtcNow(), out var says) != TokenStatus.Valid)
        {
            return null;
        }

        var caller = says.Role == UserTokens.AgentRole ? Caller.Agent(says.Uid) : says.IsShopUser ? new Caller(says.Uid) : null;
        return caller is not null && Uids.IsValid(caller.Uid) ? caller : null;
    }

    // The time it takes tells the length of a key at most, and that is no secret.
    private bool IsApiKey(string shown)
    {
        var found = false;
        foreach (var key in options.ApiKeys)
        {
            found |= CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(shown.AsSpan()), MemoryMarshal.AsBytes(key.AsSpan()));
        }

        return found;
    }
}
