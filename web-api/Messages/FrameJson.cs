using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Portico.WebApi.Messages;

/// <summary>Reads fields of portico.v1 frames and writes frames and answers to them.</summary>
internal static class FrameJson
{
    private const int LongestRef = 64;

    /// <summary>A frame of its own.</summary>
    public static ReadOnlyMemory<byte> Frame(string type, Action<Utf8JsonWriter> fill) => Write(type, null, fill);

    /// <summary>The answer to a frame; it holds the frame's <c>ref</c> again.</summary>
    public static ReadOnlyMemory<byte> Answer(JsonElement frame, string type, Action<Utf8JsonWriter> fill) =>
        Write(type, Text(frame, "ref") is { Length: > 0 and <= LongestRef } reference ? reference : null, fill);

    public static ReadOnlyMemory<byte> Error(JsonElement frame, string code, string message) => Answer(frame, "error", json =>
    {
        json.WriteString("code"u8, code);
        json.WriteString("message"u8, message);
    });

    /// <summary>A text, or a number as it stands; null for anything else.</summary>
    public static string? Text(JsonElement frame, string name)
    {
        if (!frame.TryGetProperty(name, out var value))
        {
            return null;
        }

        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no text.
            return null;
        }
    }

    public static long? Number(JsonElement frame, string name) =>
        long.TryParse(Text(frame, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ReadOnlyMemory<byte> Write(string type, string? reference, Action<Utf8JsonWriter> fill)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, RelaxedJson.Writer);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        if (reference is not null)
        {
            json.WriteString("ref"u8, reference);
        }

        fill(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
