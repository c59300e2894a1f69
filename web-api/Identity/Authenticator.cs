using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Portico.Client;
using Portico.Hosting.Secrets;
using Portico.WebApi.Hosting;

namespace Portico.WebApi.Identity;

/// <summary>
/// Finds out who calls, from <c>X-Api-Key</c>, <c>Authorization: Bearer</c> or the cookie <c>portico_token</c>. An address from which many wrong ones came is
/// refused for up to a minute, without a look at what it shows; but valid user tokens, which cannot be guessed, and keys that were used from there before
/// are accepted all the time, since a proxy or a household shares the address. Thread-safe.
/// </summary>
internal sealed class Authenticator(WebApiOptions options, CallerAddress addresses, TimeProvider time)
{
    public const string Cookie = "portico_token";
    public const string KeyHeader = "X-Api-Key";
    private const string Bearer = "Bearer ";
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly UserTokens? _tokens = options.TokenSecrets.Count > 0 ? new UserTokens(options.TokenSecrets) : null;
    private readonly FailedAttempts _failed = new(options.Limits.FailedCredentialsPerAddress, Window, time);
    private readonly KnownCredentials _known = new();

    /// <summary>Issues user tokens; null when no secret is set.</summary>
    public UserTokens? Tokens => _tokens;

    /// <summary>Who calls. What is shown in a header counts, be it wrong: no falling back to a cookie.</summary>
    public Authentication Find(HttpContext context)
    {
        var (shown, mayBeKey, mayBeToken) = Shown(context.Request);
        if (shown.Length == 0)
        {
            return default;
        }

        if (mayBeToken && Issued(shown) is not null)
        {
            return new Authentication(OfToken(shown), WasShown: true, default);
        }

        // Loopback counts too: another account of this machine may guess.
        var address = addresses.Of(context) ?? context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (_known.Contains(address, shown))
        {
            return new Authentication(mayBeKey && IsApiKey(shown) ? Caller.Backend : null, WasShown: true, default);
        }

        if (!_failed.TryBegin(address, out var attempt, out var wait))
        {
            return new Authentication(null, WasShown: true, wait);
        }

        if (!mayBeKey || !IsApiKey(shown))
        {
            return new Authentication(null, WasShown: true, default);
        }

        _failed.TakeBack(attempt);
        _known.Add(address, shown);
        return new Authentication(Caller.Backend, WasShown: true, default);
    }

    /// <summary>What the caller's user token says; null without a valid one.</summary>
    public UserToken? FindToken(HttpRequest request) =>
        Shown(request) is (var shown, _, true) && OfToken(shown) is not null && _tokens!.Verify(shown, time.GetUtcNow(), out var says) == TokenStatus.Valid
            ? says
            : null;

    /// <summary>What a token says that was issued with our secret, be it expired; null for any other.</summary>
    public UserToken? Issued(string token) =>
        _tokens is not null && _tokens.Verify(token, time.GetUtcNow(), out var says) is TokenStatus.Valid or TokenStatus.Expired ? says : null;

    private static (string Text, bool MayBeKey, bool MayBeToken) Shown(HttpRequest request)
    {
        var headers = request.Headers;
        if (headers.TryGetValue(KeyHeader, out var key))
        {
            return (key.ToString(), true, false);
        }

        if (headers.TryGetValue(HeaderNames.Authorization, out var authorization))
        {
            var text = authorization.ToString();
            return text.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? (text[Bearer.Length..].Trim(), true, true) : ("", false, false);
        }

        return (request.Cookies[Cookie] ?? "", false, true);
    }

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
