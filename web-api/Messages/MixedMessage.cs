using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Portico.WebApi.Messages;

/// <summary>One piece of what an editable field yields: text, the bytes of an inline picture, or (in old rows) the address of a stored one.</summary>
internal sealed record MixedPart(string? Text, byte[]? Picture, string? Address = null);

/// <summary>
/// Reads what an editable HTML field yields (docs/dev/applications.md 1.1): entity-encoded text mixed with pictures as data addresses. Text becomes plain text,
/// line-breaking tags become line ends, every other tag is dropped: nothing of the input survives as markup.
/// </summary>
internal static partial class MixedMessage
{
    /// <summary>Tags of one message. 10,000 are some thousand lines, or a page that was pasted; reading them takes less than a tenth of a second.</summary>
    public const int MostTags = 10_000;

    private static readonly string[] LineTags = ["br", "p", "div", "li", "tr"];

    /// <summary>Whether it has more tags than are read: asked first, since reading a million takes seconds.</summary>
    public static bool HasTooManyTags(string html) => html.AsSpan().Count('<') > MostTags;

    /// <summary>The pieces in their order; null when a picture is not readable base64.</summary>
    public static List<MixedPart>? Parse(string html) => Parse(html, isStored: false);

    /// <summary>
    /// The same of a message that an old system has stored: its pictures are addresses, those that were kept inline data addresses as they are.
    /// </summary>
    public static List<MixedPart> ParseStored(string html) => Parse(html, isStored: true)!;

    private static List<MixedPart>? Parse(string html, bool isStored)
    {
        var parts = new List<MixedPart>();
        var text = new StringBuilder();
        var at = 0;
        foreach (Match tag in Tag().Matches(html))
        {
            text.Append(WebUtility.HtmlDecode(html[at..tag.Index]));
            at = tag.Index + tag.Length;
            if (tag.Groups["name"].Value.Equals("img", StringComparison.OrdinalIgnoreCase))
            {
                if (isStored)
                {
                    if (StoredAddress().Match(tag.Value) is { Success: true } stored)
                    {
                        Flush(parts, text);
                        parts.Add(new MixedPart(null, null, WebUtility.HtmlDecode(stored.Groups["address"].Value)));
                    }

                    continue;
                }

                if (DataAddress().Match(tag.Value) is not { Success: true } data)
                {
                    continue;
                }

                if (!TryDecode(data.Groups["base64"].Value, out var picture))
                {
                    return null;
                }

                Flush(parts, text);
                parts.Add(new MixedPart(null, picture));
            }
            else if (text.Length > 0 && text[^1] != '\n' && EndsLine(tag.Groups["name"].ValueSpan))
            {
                text.Append('\n');
            }
        }

        text.Append(WebUtility.HtmlDecode(html[at..]));
        Flush(parts, text);
        return parts;
    }

    private static void Flush(List<MixedPart> parts, StringBuilder text)
    {
        var plain = text.ToString().Trim('\n');
        if (plain.Length > 0)
        {
            parts.Add(new MixedPart(plain, null));
        }

        text.Clear();
    }

    private static bool EndsLine(ReadOnlySpan<char> name)
    {
        foreach (var tag in LineTags)
        {
            if (name.Equals(tag, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    // Forms turn the plus of base64 into a space.
    private static bool TryDecode(string base64, out byte[] bytes)
    {
        var text = base64.Replace(' ', '+').Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        bytes = new byte[(text.Length / 4 * 3) + 3];
        if (!Convert.TryFromBase64String(text, bytes, out var written))
        {
            return false;
        }

        bytes = bytes[..written];
        return true;
    }

    [GeneratedRegex(
        """</?(?<name>[a-zA-Z][a-zA-Z0-9]*)(\s[^>"']*("[^"]*"|'[^']*'|[^>"'])*)?/?>|<!--[\s\S]*?-->""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Tag();

    [GeneratedRegex(
        """\ssrc\s*=\s*["']?\s*data:image/[a-zA-Z0-9.+-]+;base64,(?<base64>[A-Za-z0-9+/= \r\n]+)""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex DataAddress();

    [GeneratedRegex(
        """\ssrc\s*=\s*["']?\s*(?<address>data:image/(png|jpe?g|gif|webp);base64,[A-Za-z0-9+/= ]+|(https?:/)?/[A-Za-z0-9._~/%?=&;:,@+-]+)""",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex StoredAddress();
}
