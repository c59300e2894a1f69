using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>What a buyer may see of a product: an allow-list of fields, always resolved here, never taken from a client.</summary>
internal static class ProductCard
{
    /// <summary>Fields that no card may hold, whatever is configured.</summary>
    public static readonly HashSet<string> Forbidden = new(StringComparer.OrdinalIgnoreCase)
    {
        "price", "stock", "score", "parameters", "description", "descriptions", "category", "merchant_uid", "merchant_id",
    };

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The card as JSON.</summary>
    public static string ToJson(ProductRow product, IReadOnlyList<string> fields)
    {
        var card = new JsonObject();
        var more = JsonNode.Parse(product.Fields) as JsonObject;
        foreach (var field in fields)
        {
            var value = field switch
            {
                "id" => (JsonNode?)product.Id,
                "title" => product.Title,
                "image" => product.Image,
                "url" => product.Url,
                _ when Forbidden.Contains(field) => null,
                _ => more?[field]?.DeepClone(),
            };
            if (value is not null)
            {
                card[field] = value;
            }
        }

        return card.ToJsonString(Relaxed);
    }

    /// <summary>The card as old pages show it, everything escaped.</summary>
    public static string ToHtml(ProductRow product)
    {
        var url = IsWebAddress(product.Url) ? HtmlText.Escape(product.Url) : "#";
        var image = IsWebAddress(product.Image) ? HtmlText.Escape(product.Image) : "";
        var title = HtmlText.Escape(product.Title);
        return $"""<a class="product-card" href="{url}" target="_blank" rel="noopener"><img src="{image}" alt=""><span>{title}</span></a>""";
    }

    // An address of another scheme (javascript:, data:) would run in the page that shows the card.
    private static bool IsWebAddress(string text) =>
        (text.StartsWith('/') && !text.StartsWith("//", StringComparison.Ordinal))
        || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
        || (text.Length > 0 && !text.Contains(':', StringComparison.Ordinal) && !text.StartsWith("//", StringComparison.Ordinal));
}
