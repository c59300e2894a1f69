using System.Buffers;
using System.Text;
using System.Text.Json;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>Checks what a sender wants to say and turns it into what is stored.</summary>
internal sealed class MessageContent(WebApiOptions options, ProductTable products)
{
    private const int LongestAddress = 2048;
    private const string Upload = "/upload/";

    private static readonly SearchValues<char> PathCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/");

    /// <summary>The content to store, or a sentence that says what is wrong with it.</summary>
    /// <param name="type">1 text, 2 product card, 3 pictures.</param>
    /// <param name="content">What was sent.</param>
    /// <param name="byBackend">Whether a picture may be anywhere. The receiver's page loads it, which would show a user of another site the
    /// receiver's address and reach into his network.</param>
    /// <param name="mayBeEmpty">Whether a text may be empty, as beside pictures.</param>
    public async ValueTask<(string? Content, string? Error)> ResolveAsync(int type, string content, bool byBackend, bool mayBeEmpty = false)
    {
        if (!IsText(content))
        {
            return (null, "content must be text without the character U+0000 and without halves of surrogate pairs.");
        }

        if (Encoding.UTF8.GetByteCount(content) > options.Limits.ContentBytes)
        {
            return (null, $"content is larger than {options.Limits.ContentBytes} bytes.");
        }

        return type switch
        {
            1 => content.Length > 0 || mayBeEmpty ? (content, null) : (null, "content is empty."),
            2 => await CardAsync(content),
            3 => Pictures(content, byBackend),
            _ => (null, "type must be 1 (text), 2 (product card) or 3 (pictures)."),
        };
    }

    private static bool IsText(string content)
    {
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] == '\0'
                || (char.IsSurrogate(content[i]) && !(char.IsHighSurrogate(content[i]) && i + 1 < content.Length && char.IsLowSurrogate(content[++i]))))
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask<(string? Content, string? Error)> CardAsync(string content)
    {
        if (!TryProductId(content, out var id))
        {
            return (null, "content must be the id of a product, or an object with it.");
        }

        return await products.FindAsync(id) is { } product
            ? (ProductCard.ToJson(product, options.CardFields), null)
            : (null, "content names a product that does not exist.");
    }

    private static bool TryProductId(string content, out long id)
    {
        id = 0;
        try
        {
            using var json = JsonDocument.Parse(content);
            var root = json.RootElement;
            var value = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("id", out var named) ? named : root;
            return value.ValueKind switch
            {
                JsonValueKind.Number => value.TryGetInt64(out id) && id > 0,
                JsonValueKind.String =>
                    long.TryParse(value.GetString(), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out id)
                        && id > 0,
                _ => false,
            };
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or half a surrogate pair: names no product.
            return false;
        }
    }

    private (string? Content, string? Error) Pictures(string content, bool byBackend)
    {
        try
        {
            using var json = JsonDocument.Parse(content);
            var addresses = json.RootElement.ValueKind == JsonValueKind.Array ? json.RootElement.GetArrayLength() : 0;
            if (addresses == 0
                || addresses > options.Limits.PicturesPerMessage
                || !json.RootElement.EnumerateArray().All(address => IsPictureAddress(address, byBackend)))
            {
                var which = byBackend ? "picture addresses (/upload/... or http)" : "uploaded pictures, each as the path that the upload gave (/upload/...)";
                return (null, $"content must be an array of 1 to {options.Limits.PicturesPerMessage} {which}.");
            }

            return (JsonSerializer.Serialize(json.RootElement, RelaxedJson.Options), null);
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return (null, "content must be a JSON array of picture addresses.");
        }
    }

    // Old pages put addresses into their HTML, so nothing that could end an attribute or run may stand in one.
    private static bool IsPictureAddress(JsonElement element, bool byBackend)
    {
        if (element.ValueKind != JsonValueKind.String || element.GetString() is not { Length: > 0 and < LongestAddress } text)
        {
            return false;
        }

        var plain = text.All(c => c is > ' ' and < '\u007f' and not ('"' or '\'' or '<' or '>' or '`' or '\\'));
        return plain && (IsUpload(text) || (byBackend && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"));
    }

    // Dots, escapes and a query could lead a page to any other address of this server.
    private static bool IsUpload(string text) =>
        text.StartsWith(Upload, StringComparison.Ordinal)
        && !text.AsSpan().ContainsAnyExcept(PathCharacters)
        && !text.Contains("..", StringComparison.Ordinal)
        && !text.Contains("/./", StringComparison.Ordinal)
        && !text.AsSpan(1).Contains("//", StringComparison.Ordinal)
        && text[^1] is not ('/' or '.');
}
