using System.Collections;
using System.Text;

namespace Portico.Contracts.Rpc;

/// <summary>
/// Keys and values beside the messages of a call. Keys are lower-case; a key that ends in <c>-bin</c> holds bytes, which travel
/// as base64.
/// </summary>
public sealed class RpcMetadata : IEnumerable<KeyValuePair<string, string>>
{
    private const string BinarySuffix = "-bin";
    private readonly List<KeyValuePair<string, string>> _entries = [];

    /// <summary>Number of entries.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds text of printable ASCII.</summary>
    /// <exception cref="ArgumentException">The value cannot stand in a header.</exception>
    public void Add(string key, string value)
    {
        if (!IsPrintable(value))
        {
            throw new ArgumentException($"The value of '{key}' is not printable ASCII; use a key that ends in -bin.", nameof(value));
        }

        _entries.Add(new(key.ToLowerInvariant(), value));
    }

    /// <summary>Adds bytes under a key that ends in <c>-bin</c>.</summary>
    public void Add(string key, ReadOnlySpan<byte> value)
    {
        if (!key.EndsWith(BinarySuffix, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"'{key}' holds bytes and must end in -bin.", nameof(key));
        }

        _entries.Add(new(key.ToLowerInvariant(), Convert.ToBase64String(value).TrimEnd('=')));
    }

    /// <summary>The last value of a key, or null.</summary>
    public string? Find(string key)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (string.Equals(_entries[i].Key, key, StringComparison.OrdinalIgnoreCase))
            {
                return _entries[i].Value;
            }
        }

        return null;
    }

    /// <summary>The bytes of a <c>-bin</c> key; null when missing or not base64.</summary>
    public byte[]? FindBytes(string key) => Find(key) is { } text ? DecodeBytes(text) : null;

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Whether the text can travel as it is.</summary>
    internal static bool IsPrintable(string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Base64 with or without padding, which both occur on the wire; null when it is neither.</summary>
    internal static byte[]? DecodeBytes(string text)
    {
        var padded = text.Length % 4 == 0 ? text : text + new string('=', 4 - (text.Length % 4));
        var bytes = new byte[Encoding.ASCII.GetMaxByteCount(padded.Length)];
        return Convert.TryFromBase64String(padded, bytes, out var written) ? bytes[..written] : null;
    }

    /// <summary>Takes a header of a peer over, unless it belongs to HTTP or gRPC itself.</summary>
    internal void AddReceived(string key, string value)
    {
        if (key.StartsWith(':')
            || key.StartsWith("grpc-", StringComparison.OrdinalIgnoreCase)
            || key.Equals("content-type", StringComparison.OrdinalIgnoreCase)
            || key.Equals("te", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        _entries.Add(new(key.ToLowerInvariant(), value));
    }
}
