using System.Buffers;
using System.Text;

namespace Portico.WebApi.Messages;

/// <summary>Text as it may stand inside HTML, escaped as PHP's htmlspecialchars does (and as the view hp_chat_log does in SQL).</summary>
internal static class HtmlText
{
    private static readonly SearchValues<char> Special = SearchValues.Create("&<>\"'");

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
