using System.Text;
using Microsoft.AspNetCore.WebUtilities;

namespace Portico.WebApi.Identity;

/// <summary>The user tokens that a client showed when it opened its WebSocket.</summary>
internal sealed class HandshakeTokens(Authenticator authenticator)
{
    private const string Offer = "portico.token.";
    private const string Bearer = "Bearer ";

    /// <summary>
    /// Whether the request head shows a token that was issued to somebody else than <paramref name="uid"/>, expired ones too. A token that the client named
    /// itself (offered subprotocol, address, Authorization) counts before the cookie, which the browser may have from an earlier sign-in.
    /// Tokens that are not ours say nothing.
    /// </summary>
    public bool ShowAnother(ReadOnlySpan<byte> requestHead, string uid)
    {
        var lines = Encoding.Latin1.GetString(requestHead).Split('\n');
        var isOwn = false;
        foreach (var token in Named(lines))
        {
            switch (IsOf(token, uid))
            {
                case false:
                    return true;
                case true:
                    isOwn = true;
                    break;
            }
        }

        return !isOwn && Cookies(lines).Any(token => IsOf(token, uid) == false);
    }

    private static IEnumerable<string> Named(string[] lines)
    {
        var target = lines[0].Split(' ') is [_, var text, ..] ? text : "";
        var query = target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark ? target[mark..] : "";
        var offers = Values(lines, "Sec-WebSocket-Protocol").SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries));
        return QueryHelpers.ParseQuery(query).Where(pair => pair.Key == "token").SelectMany(pair => pair.Value.ToArray()).OfType<string>()
            .Concat(offers.Where(offer => offer.StartsWith(Offer, StringComparison.Ordinal)).Select(offer => offer[Offer.Length..]))
            .Concat(Values(lines, "Authorization")
                .Where(value => value.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
                .Select(value => value[Bearer.Length..].Trim()));
    }

    private static IEnumerable<string> Cookies(string[] lines) => Values(lines, "Cookie")
        .SelectMany(value => value.Split(';', StringSplitOptions.TrimEntries))
        .Where(cookie => cookie.StartsWith(Authenticator.Cookie + "=", StringComparison.Ordinal))
        .Select(cookie => cookie[(Authenticator.Cookie.Length + 1)..].Trim('"'));

    private static IEnumerable<string> Values(string[] lines, string header) => lines.Skip(1)
        .Where(line => line.Length > header.Length && line[header.Length] == ':' && line.StartsWith(header, StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(header.Length + 1)..].Trim());

    // Null: not issued by us.
    private bool? IsOf(string token, string uid) => authenticator.Issued(token) is { } says ? says.IsShopUser && says.Uid == uid : null;
}
