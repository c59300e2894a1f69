using System.Buffers;
using System.Text;

namespace Portico.Gateway.Protocols.WebSocket;

/// <summary>The few rules of HTTP that a handshake needs.</summary>
internal static class HttpSyntax
{
    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> TargetBytes = SearchValues.Create(Between(0x21, 0x7E));

    // Anything but control characters; a tab is allowed, bytes of other encodings too.
    private static readonly SearchValues<byte> ValueBytes = SearchValues.Create([(byte)'\t', .. Between(0x20, 0x7E), .. Between(0x80, 0xFF)]);

    /// <summary>RFC 9110 section 5.6.2.</summary>
    public static bool IsToken(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenBytes);

    /// <summary>Visible ASCII only.</summary>
    public static bool IsTarget(ReadOnlySpan<byte> text) => !text.IsEmpty && !text.ContainsAnyExcept(TargetBytes);

    /// <summary>RFC 9110 section 5.5.</summary>
    public static bool IsFieldValue(ReadOnlySpan<byte> text) => !text.ContainsAnyExcept(ValueBytes);

    /// <summary>Without blanks and tabs at both ends.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);

    /// <summary>Whether a comma-separated list holds the token, whatever its case.</summary>
    public static bool ListHas(ReadOnlySpan<byte> list, ReadOnlySpan<byte> token)
    {
        while (TryNext(ref list, (byte)',', out var item))
        {
            if (Ascii.EqualsIgnoreCase(item, token))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Takes the next part up to the separator off a list, trimmed; quotes are not looked at.</summary>
    public static bool TryNext(ref ReadOnlySpan<byte> list, byte separator, out ReadOnlySpan<byte> item)
    {
        item = default;
        if (list.IsEmpty)
        {
            return false;
        }

        var end = list.IndexOf(separator);
        item = Trim(end < 0 ? list : list[..end]);
        list = end < 0 ? default : list[(end + 1)..];
        return true;
    }

    private static byte[] Between(int first, int last)
    {
        var bytes = new byte[last - first + 1];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(first + i);
        }

        return bytes;
    }
}
