using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Portico.Contracts.Rpc;

/// <summary>
/// The shared keys of a cluster, which callers show: with gRPC calls in the metadata <c>portico-secret-key</c>, or, when it is not printable
/// ASCII, as its UTF-8 bytes in <c>portico-secret-key-bin</c>; with GatewayWorker's protocol in its JSON. Each of them is accepted, so that a key can be
/// replaced while the cluster runs. Without any, every caller is let in. Thread-safe.
/// </summary>
public sealed class RpcSecretKey
{
    /// <summary>Metadata key for a printable secret.</summary>
    public const string MetadataKey = "portico-secret-key";

    /// <summary>Metadata key for any other secret.</summary>
    public const string BinaryMetadataKey = "portico-secret-key-bin";

    /// <summary>Lets everybody in.</summary>
    public static readonly RpcSecretKey Open = new("");

    /// <summary>What a caller without a right key is answered.</summary>
    public static readonly RpcStatus Refusal = new(
        RpcStatusCode.Unauthenticated, "SecretKey is missing or differs from the one of this role; give both the same");

    // Digests have one length, so comparing them tells nothing of the keys'.
    private readonly byte[][] _digests;

    /// <summary>Creates the check for a key; empty or null lets everybody in.</summary>
    public RpcSecretKey(string? key)
        : this(string.IsNullOrEmpty(key) ? [] : [key])
    {
    }

    /// <summary>Creates the check for several keys; none lets everybody in.</summary>
    /// <param name="keys">The first is the one that this program shows itself.</param>
    public RpcSecretKey(IReadOnlyList<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        Own = keys.Count > 0 ? keys[0] : "";
        _digests = [.. keys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))];
    }

    /// <summary>Whether no key is asked for.</summary>
    public bool IsOpen => _digests.Length == 0;

    /// <summary>The key that this program shows to others; empty for none.</summary>
    public string Own { get; }

    /// <summary>Whether the shown key is a right one; the time taken does not depend on where they differ.</summary>
    public bool Matches(ReadOnlySpan<byte> shown)
    {
        if (IsOpen)
        {
            return true;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _ = SHA256.HashData(shown, digest);
        var found = false;
        foreach (var accepted in _digests)
        {
            found |= CryptographicOperations.FixedTimeEquals(digest, accepted);
        }

        return found;
    }

    /// <summary>The same for a peer of GatewayWorker's protocol: where no key is asked for it must be empty, as in PHP. Null matches nothing.</summary>
    public bool MatchesText(string? shown) => shown is not null && (IsOpen ? shown.Length == 0 : Matches(Encoding.UTF8.GetBytes(shown)));

    /// <summary>Whether the request shows the right key.</summary>
    public bool Matches(IHeaderDictionary headers)
    {
        if (IsOpen)
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
