using System.Text.Json;

namespace Portico.BusinessWorker.Events;

/// <summary>Reads fields of frames; old clients send numbers as text and text as numbers.</summary>
internal static class JsonFields
{
    /// <summary>A text, or a number as it stands; null for anything else.</summary>
    public static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;
}
