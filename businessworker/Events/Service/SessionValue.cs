using System.Text.Json;
using Portico.Contracts.GatewayWorker;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// The value that the mini-program's backend keeps in Redis for a token: JSON with <c>openid</c>, or ThinkPHP's <c>think_serialize:</c> with
/// the same behind it, be it PHP-serialized (an array, or a string that holds JSON) or JSON.
/// </summary>
internal static class SessionValue
{
    /// <summary>Longest value that is looked into, bytes; a session holds a few hundred.</summary>
    private const int Longest = 64 * 1024;

    private const string OpenidField = "openid";

    private static ReadOnlySpan<byte> ThinkPrefix => "think_serialize:"u8;

    /// <summary>The openid; null when the value holds none.</summary>
    public static string? ReadOpenid(ReadOnlyMemory<byte> value)
    {
        if (value.Length > Longest)
        {
            return null;
        }

        if (!value.Span.StartsWith(ThinkPrefix))
        {
            return OfJson(value);
        }

        value = value[ThinkPrefix.Length..];
        if (!PhpSerialize.TryParse(value.Span, out var serialized))
        {
            return OfJson(value);
        }

        return serialized.AsArray() is { } array ? array[OpenidField].AsString()
            : serialized.Kind == PhpKind.String ? OfJson(serialized.AsBytes().ToArray())
            : null;
    }

    private static string? OfJson(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16 });
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty(OpenidField, out var openid) && openid.ValueKind == JsonValueKind.String
                ? openid.GetString()
                : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or half a surrogate pair: a token that nobody can be found by.
            return null;
        }
    }
}
