using System.Buffers;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// Which Redis key holds the session of a token. A token comes from a client, so it may name sessions and nothing else that Redis holds: it has no
/// colon, which separates the parts of keys, and when the pattern adds nothing of its own it must look like a random token. Thread-safe.
/// </summary>
internal sealed class SessionKeys
{
    /// <summary>Stands for the token in a pattern.</summary>
    public const string Placeholder = "{token}";

    /// <summary>Fewest characters of a token. Shorter ones can be guessed, or are names.</summary>
    public const int ShortestToken = 16;

    /// <summary>Fewest characters of a token that is the whole key: ThinkPHP's tokens, MD5 in hexadecimal, have 32.</summary>
    public const int ShortestBareToken = 32;

    /// <summary>Most characters of a token.</summary>
    public const int LongestToken = 512;

    private static readonly SearchValues<char> Bare = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
    private static readonly SearchValues<char> Prefixed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~+/=");

    private readonly string _before;
    private readonly string _after;

    /// <summary>Takes the pattern.</summary>
    /// <exception cref="ArgumentException">It does not hold <see cref="Placeholder"/> exactly once.</exception>
    public SessionKeys(string pattern)
    {
        if (pattern.Split(Placeholder) is not [var before, var after])
        {
            throw new ArgumentException($"A pattern holds {Placeholder} once.", nameof(pattern));
        }

        (_before, _after) = (before, after);
    }

    private bool IsBare => _before.Length == 0 && _after.Length == 0;

    /// <summary>The key of a token; null for what is no session token.</summary>
    public string? Of(string token)
    {
        var isToken = token.Length <= LongestToken
            && token.Length >= (IsBare ? ShortestBareToken : ShortestToken)
            && !token.AsSpan().ContainsAnyExcept(IsBare ? Bare : Prefixed);
        return isToken ? _before + token + _after : null;
    }
}
