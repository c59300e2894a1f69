using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Portico.Contracts.Ids;

/// <summary>
/// Codes that stand for uids where the other side must not learn them: authenticated encryption (AES-256-GCM), base64url. The same uid
/// has the same code for as long as the newest key stays, so that pages can tell people apart by it; its length tells at most the
/// uid's length in steps of 16. Codes of older keys can still be read. Thread-safe.
/// </summary>
public sealed class OpaqueCodes
{
    /// <summary>Shortest secret that is taken, in characters.</summary>
    public const int ShortestSecret = 32;

    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int Step = 16;
    private const int LargestCode = 4096;

    private readonly (byte[] Seal, byte[] Nonce)[] _keys;

    /// <summary>Takes the secrets, newest first: the first makes codes, all of them read.</summary>
    /// <exception cref="ArgumentException">There is none, or one is shorter than <see cref="ShortestSecret"/>.</exception>
    public OpaqueCodes(IReadOnlyList<string> secrets)
    {
        if (secrets.Count == 0 || secrets.Any(secret => secret.Length < ShortestSecret))
        {
            throw new ArgumentException($"Codes need at least one secret, each of {ShortestSecret} characters or more.", nameof(secrets));
        }

        _keys = [.. secrets.Select(secret => (Derive(secret, "portico code seal"), Derive(secret, "portico code nonce")))];
    }

    /// <summary>The code of a uid.</summary>
    public string Encode(string uid)
    {
        var (seal, nonceKey) = _keys[0];
        var length = Encoding.UTF8.GetByteCount(uid);
        var plain = new byte[(length + Step) / Step * Step];
        Encoding.UTF8.GetBytes(uid, plain);

        // The nonce is a keyed digest of what is sealed: equal texts give equal codes, different ones different nonces.
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(nonceKey, plain, digest);
        var code = new byte[NonceSize + plain.Length + TagSize];
        digest[..NonceSize].CopyTo(code);
        using var cipher = new AesGcm(seal, TagSize);
        cipher.Encrypt(code.AsSpan(0, NonceSize), plain, code.AsSpan(NonceSize, plain.Length), code.AsSpan(NonceSize + plain.Length));
        return Base64Url.EncodeToString(code);
    }

    /// <summary>The uid of a code; false for everything that none of the keys made.</summary>
    public bool TryDecode(string? code, out string uid)
    {
        uid = "";
        if (string.IsNullOrEmpty(code) || code.Length > LargestCode || !Base64Url.IsValid(code, out var size) || size < NonceSize + Step + TagSize)
        {
            return false;
        }

        var bytes = Base64Url.DecodeFromChars(code);
        // Only the one spelling that Encode writes is a code.
        if ((bytes.Length - NonceSize - TagSize) % Step != 0 || Base64Url.EncodeToString(bytes) != code)
        {
            return false;
        }

        foreach (var (seal, _) in _keys)
        {
            if (Open(seal, bytes) is { } found)
            {
                uid = found;
                return true;
            }
        }

        return false;
    }

    private static string? Open(byte[] seal, byte[] code)
    {
        var plain = new byte[code.Length - NonceSize - TagSize];
        using var cipher = new AesGcm(seal, TagSize);
        try
        {
            cipher.Decrypt(code.AsSpan(0, NonceSize), code.AsSpan(NonceSize, plain.Length), code.AsSpan(NonceSize + plain.Length), plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            // Not a code of this key; the caller tries the next.
            return null;
        }

        return Encoding.UTF8.GetString(plain.AsSpan().TrimEnd((byte)0));
    }

    private static byte[] Derive(string secret, string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, info: Encoding.UTF8.GetBytes(purpose));
}
