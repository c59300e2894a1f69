using System.Text.Json;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>Reads fields of frames; old clients send numbers as text and text as numbers.</summary>
internal static class JsonText
{
    /// <summary>A text, or a number as it stands; null for anything else.</summary>
    public static string? Of(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;
}
