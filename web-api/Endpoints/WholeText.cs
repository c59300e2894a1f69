using System.Buffers.Text;
using System.Text.Json;

namespace Portico.WebApi.Endpoints;

/// <summary>
/// Finds escapes of half a surrogate pair ("\ud800"). JSON's grammar lets them through, but they are no text: whoever reads or copies
/// such a string or name later would fail in the middle of its work.
/// </summary>
internal static class WholeText
{
    /// <summary>The member of the outermost object in which a half stands, "body" for one in a name; null when there is none.</summary>
    /// <param name="json">Well-formed JSON.</param>
    /// <param name="maxDepth">Depth that it was read with.</param>
    public static string? FindHalf(ReadOnlySpan<byte> json, int maxDepth)
    {
        // Hardly anybody escapes: then there is nothing to look for.
        if (json.IndexOf("\\u"u8) < 0)
        {
            return null;
        }

        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        var member = "body";
        while (reader.Read())
        {
            if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
            {
                continue;
            }

            if (reader.ValueIsEscaped && !IsWhole(reader))
            {
                return member;
            }

            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1)
            {
                member = reader.GetString()!;
            }
        }

        return null;
    }

    private static bool IsWhole(in Utf8JsonReader reader)
    {
        var escaped = reader.ValueSpan;
        var awaited = false;
        for (var i = 0; i < escaped.Length;)
        {
            var isUnit = escaped[i] == (byte)'\\' && escaped[i + 1] == (byte)'u';
            var unit = isUnit ? UnitAt(escaped.Slice(i + 2, 4)) : ' ';
            if (char.IsLowSurrogate(unit) != awaited)
            {
                return false;
            }

            awaited = char.IsHighSurrogate(unit);
            i += isUnit ? 6 : escaped[i] == (byte)'\\' ? 2 : 1;
        }

        return !awaited;
    }

    private static char UnitAt(ReadOnlySpan<byte> digits) =>
        Utf8Parser.TryParse(digits, out ushort unit, out _, 'x') ? (char)unit : ' ';
}
