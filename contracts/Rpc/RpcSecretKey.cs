using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Portico.Contracts.Rpc;

/// <summary>
/// The shared key of a cluster as it travels with calls: in the metadata <c>portico-secret-key</c>, or, when it is not printable
/// ASCII, as its UTF-8 bytes in <c>portico-secret-key-bin</c>. An empty key is an open door.
/// </summary>
public sealed class RpcSecretKey
{
    /// <summary>Metadata key for a printable secret.</summary>
    public const string MetadataKey = "portico-secret-key";

    /// <summary>Metadata key for any other secret.</summary>
    public const string BinaryMetadataKey = "portico-secret-key-bin";

    /// <summary>Lets everybody in.</summary>
    public static readonly RpcSecretKey Open = new("");

    // Only a digest is kept: digests have one length, so comparing them tells nothing of the key's.
    private readonly byte[]? _digest;

    /// <summary>Creates the check for a key; empty or null lets everybody in.</summary>
    public RpcSecretKey(string? key) => _digest = string.IsNullOrEmpty(key) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>Whether no key is asked for.</summary>
    public bool IsOpen => _digest is null;

    /// <summary>Whether the shown key is the right one; the time taken does not depend on where they differ.</summary>
    public bool Matches(ReadOnlySpan<byte> shown)
    {
        if (_digest is null)
        {
            return true;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(shown, digest);
        return CryptographicOperations.FixedTimeEquals(digest, _digest);
    }

    /// <summary>Whether the request shows the right key.</summary>
    internal bool Matches(IHeaderDictionary headers)
    {
        if (_digest is null)
        {
            return true;
        }

        if (headers.TryGetValue(MetadataKey, out var text))
        {
            return Matches(Encoding.UTF8.GetBytes(text.ToString()));
        }

        return headers.TryGetValue(BinaryMetadataKey, out var coded)
            && RpcMetadata.DecodeBytes(coded.ToString()) is { } bytes
            && Matches(bytes);
    }

    /// <summary>Adds a key to what a caller sends; nothing for an empty one.</summary>
    internal static void AddTo(RpcMetadata metadata, string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return;
        }

        // A header loses its outer spaces on the way, so such a key goes as bytes.
        if (RpcMetadata.IsPrintable(key) && key.AsSpan().Trim(' ').Length == key.Length)
        {
            metadata.Add(MetadataKey, key);
        }
        else
        {
            metadata.Add(BinaryMetadataKey, Encoding.UTF8.GetBytes(key));
        }
    }
}
