using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Portico.Contracts.Ids;

/// <summary>
/// User tokens: JSON Web Tokens signed with HS256 and nothing else, with <c>sub</c> (the uid) and <c>exp</c>. web-api and workers check
/// them with the same secret; any backend issues them. Thread-safe.
/// </summary>
public sealed class UserTokens
{
    /// <summary>Shortest secret that is taken, in characters.</summary>
    public const int ShortestSecret = 32;

    private const int LargestToken = 8192;
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);
    private readonly byte[] _secret;

    /// <summary>Takes the shared secret.</summary>
    /// <exception cref="ArgumentException">It is shorter than <see cref="ShortestSecret"/>.</exception>
    public UserTokens(string secret)
    {
        if (secret.Length < ShortestSecret)
        {
            throw new ArgumentException($"The secret must have {ShortestSecret} characters or more.", nameof(secret));
        }

        _secret = Encoding.UTF8.GetBytes(secret);
    }

    /// <summary>Issues a token.</summary>
    public string Create(string uid, DateTimeOffset expires)
    {
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["sub"] = uid, ["exp"] = expires.ToUnixTimeSeconds() });
        var signed = $"{Header}.{Base64Url.EncodeToString(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(HMACSHA256.HashData(_secret, Encoding.ASCII.GetBytes(signed)))}";
    }

    /// <summary>Checks a token; <paramref name="uid"/> and <paramref name="expires"/> count for valid and expired ones.</summary>
    public TokenStatus Verify(string? token, DateTimeOffset now, out string uid, out DateTimeOffset expires)
    {
        uid = "";
        expires = default;
        if (token is null || token.Length > LargestToken || !Ascii.IsValid(token))
        {
            return TokenStatus.Invalid;
        }

        var first = token.IndexOf('.', StringComparison.Ordinal);
        var second = first < 0 ? -1 : token.IndexOf('.', first + 1);
        if (second < 0 || !IsSigned(token.AsSpan(0, second), token.AsSpan(second + 1)) || !IsHs256(token.AsSpan(0, first)))
        {
            return TokenStatus.Invalid;
        }

        return ReadClaims(token.AsSpan(first + 1, second - first - 1), now, out uid, out expires);
    }

    private bool IsSigned(ReadOnlySpan<char> signed, ReadOnlySpan<char> signature)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (!Base64Url.IsValid(signature, out var size) || size != given.Length || Base64Url.DecodeFromChars(signature, given) != given.Length)
        {
            return false;
        }

        var bytes = new byte[signed.Length];
        Encoding.ASCII.GetBytes(signed, bytes);
        Span<byte> right = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_secret, bytes, right);
        return CryptographicOperations.FixedTimeEquals(given, right);
    }

    // The algorithm is ours, never the token's choice: "none" and public-key tricks end here. "crit" would ask for what is not known.
    private static bool IsHs256(ReadOnlySpan<char> part)
    {
        using var header = Parse(part);
        return header?.RootElement is { ValueKind: JsonValueKind.Object } root
            && root.TryGetProperty("alg", out var algorithm)
            && algorithm.ValueKind == JsonValueKind.String
            && algorithm.ValueEquals("HS256"u8)
            && !root.TryGetProperty("crit", out _);
    }

    private static TokenStatus ReadClaims(ReadOnlySpan<char> part, DateTimeOffset now, out string uid, out DateTimeOffset expires)
    {
        uid = "";
        expires = default;
        using var payload = Parse(part);
        if (payload?.RootElement is not { ValueKind: JsonValueKind.Object } root
            || !root.TryGetProperty("sub", out var subject)
            || subject.ValueKind != JsonValueKind.String
            || !TryTime(root, "exp", out var end)
            || end is null
            || !TryTime(root, "nbf", out var start)
            || !TryText(subject, out uid))
        {
            return TokenStatus.Invalid;
        }

        expires = end.Value;
        return start > now ? TokenStatus.Invalid : expires <= now ? TokenStatus.Expired : TokenStatus.Valid;
    }

    private static bool TryText(JsonElement element, out string text)
    {
        try
        {
            text = element.GetString() ?? "";
            return text.Length > 0;
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair: valid JSON, but no text.
            text = "";
            return false;
        }
    }

    private static bool TryTime(JsonElement claims, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!claims.TryGetProperty(name, out var value))
        {
            return true;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || !(seconds is >= 0 and < 253402300799))
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeSeconds((long)seconds);
        return true;
    }

    private static JsonDocument? Parse(ReadOnlySpan<char> part)
    {
        if (!Base64Url.IsValid(part))
        {
            return null;
        }

        try
        {
            return JsonDocument.Parse(Base64Url.DecodeFromChars(part), new JsonDocumentOptions { MaxDepth = 8 });
        }
        catch (JsonException)
        {
            // No JSON, no token.
            return null;
        }
    }
}
