using System.Buffers;
using System.Text;

namespace Portico.WebApi.Storage;

/// <summary>Text as it may stand inside HTML, escaped as PHP's htmlspecialchars does (and as the view hp_chat_log does in SQL).</summary>
internal static class HtmlText
{
    /// <summary>
    /// Longest text, in characters, that SQL escapes by itself where old SQL reads it. Its replace() copies the whole text for each match, so a longer one
    /// is stored escaped besides.
    /// </summary>
    public const int LongestInSql = 256;

    private static readonly SearchValues<char> Special = SearchValues.Create("&<>\"'");

    /// <summary>What is stored besides a text for old SQL; null where SQL does without.</summary>
    public static string? Stored(string text) => text.Length > LongestInSql && Escape(text) is var escaped && !ReferenceEquals(escaped, text) ? escaped : null;

    /// <summary>The escaped text; the same instance when there is nothing to escape.</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny(Special))
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 32);
        foreach (var c in text)
        {
            _ = c switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\'' => escaped.Append("&#039;"),
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }
}
