using System.Buffers;
using System.Globalization;
using System.Text;

namespace Portico.Contracts.GatewayWorker;

/// <summary>Which characters json_encode() escapes, and how.</summary>
internal static class PhpJsonEscapes
{
    /// <summary>ASCII that stands for itself; everything else is looked at.</summary>
    public static readonly SearchValues<byte> Unescaped = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x60).Where(code => code is not ('"' or '\\' or '/')).Select(code => (byte)code)]);

    /// <summary>Writes one character, escaped where PHP does it.</summary>
    public static void Write(IBufferWriter<byte> destination, Rune rune)
    {
        var named = rune.Value switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '/' => "\\/"u8,
            '\b' => "\\b"u8,
            '\f' => "\\f"u8,
            '\n' => "\\n"u8,
            '\r' => "\\r"u8,
            '\t' => "\\t"u8,
            _ => default,
        };
        if (!named.IsEmpty)
        {
            destination.Write(named);
            return;
        }

        // The two line separators end a line in old JavaScript.
        var span = destination.GetSpan(6);
        if (rune.Value is < 0x20 or 0x2028 or 0x2029)
        {
            "\\u"u8.CopyTo(span);
            _ = rune.Value.TryFormat(span[2..], out _, "x4", CultureInfo.InvariantCulture);
            destination.Advance(6);
            return;
        }

        destination.Advance(rune.EncodeToUtf8(span));
    }
}
