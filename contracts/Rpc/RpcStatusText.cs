using System.Text;

namespace Portico.Contracts.Rpc;

/// <summary>The trailer <c>grpc-message</c>: UTF-8, with everything but printable ASCII percent-encoded.</summary>
internal static class RpcStatusText
{
    /// <summary>Longest text sent, in characters: trailers share a header budget of 8 KiB at many peers.</summary>
    private const int MaxLength = 1024;

    public static string Encode(string text)
    {
        text = text.Length > MaxLength ? text[..MaxLength] : text;
        if (RpcMetadata.IsPrintable(text) && !text.Contains('%', StringComparison.Ordinal))
        {
            return text;
        }

        var encoded = new StringBuilder(text.Length + 16);
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            _ = value is >= 0x20 and <= 0x7E and not (byte)'%'
                ? encoded.Append((char)value)
                : encoded.Append('%').Append(value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }

        return encoded.ToString();
    }

    /// <summary>Never fails: what is not a valid escape stays as it is.</summary>
    public static string Decode(string text) => Uri.UnescapeDataString(text);
}
