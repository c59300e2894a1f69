using System.Text.Json;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>A stored message as escaped HTML.</summary>
internal static class HistoryHtml
{
    public static string Of(MessageRow message)
    {
        if (message.RecalledAtMs is not null)
        {
            return "";
        }

        switch (message.Type)
        {
            case 2:
                return Card(message.Content);
            case 3:
                using (var json = JsonDocument.Parse(message.Content))
                {
                    return string.Concat(json.RootElement.EnumerateArray().Select(address => $"<img src=\"{HtmlText.Escape(address.GetString() ?? "")}\">"));
                }

            default:
                return message.Html ?? HtmlText.Escape(message.Content);
        }
    }

    private static string Card(string content)
    {
        using var json = JsonDocument.Parse(content);
        string Field(string name) => json.RootElement.TryGetProperty(name, out var value) ? value.ToString() : "";
        return ProductCard.ToHtml(new ProductRow { Title = Field("title"), Image = Field("image"), Url = Field("url") });
    }
}
