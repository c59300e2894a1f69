using System.Globalization;
using System.Text.Json;
using Portico.WebApi.Messages;

namespace Portico.WebApi.Endpoints;

/// <summary>
/// The last sequence a caller of <c>/api/v1/sync</c> knows of each conversation, in whichever form his language makes easiest:
/// <c>conversations</c> as JSON object (in a JSON body, or as the text of a field), <c>conversations[7]=3</c> or <c>after[7]=3</c> as PHP writes maps,
/// <c>after=7:3,9:0</c>, or <c>conversation=7&amp;after=3</c> for one.
/// </summary>
internal static class KnownSequences
{
    private const string Maps = "conversations";
    private const string Short = "after";

    /// <summary>Reads them; what cannot be read, and more than <paramref name="limit"/>, is noted as a fault of <c>conversations</c>.</summary>
    public static Dictionary<long, long> Read(Arguments arguments, int limit)
    {
        var known = new Dictionary<long, long>();
        foreach (var (name, value) in Pairs(arguments))
        {
            if (known.Count >= limit
                || !ConversationId.TryParse(name, out var id)
                || !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var after))
            {
                arguments.Fault(Maps, $"must give a sequence for each of at most {limit} conversations.");
                break;
            }

            known[id] = after;
        }

        return known;
    }

    private static IEnumerable<(string Name, string Value)> Pairs(Arguments arguments)
    {
        var fields = arguments.Fields
            .Select(field => (Name: KeyIn(field.Key), field.Value))
            .Where(field => field.Name is not null)
            .Select(field => (field.Name!, field.Value))
            .ToList();
        if (fields.Count > 0)
        {
            arguments.Know(ArgumentCheck.BaseOf(arguments.Fields.First(field => KeyIn(field.Key) is not null).Key));
            return fields;
        }

        if (arguments.TextOrJson(Maps) is { Length: > 0 } map)
        {
            return FromJson(arguments, map);
        }

        var after = arguments.Text(Short) ?? "";
        return arguments.Text("conversation") is { Length: > 0 } one
            ? [(one, after.Length > 0 ? after : "0")]
            : after.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon
                ? (pair[..colon], pair[(colon + 1)..])
                : (pair, "0"));
    }

    // The key in "conversations[key]" or "after[key]"; null for any other name.
    private static string? KeyIn(string name)
    {
        var bracket = name.IndexOf('[', StringComparison.Ordinal);
        return bracket > 0 && name[..bracket] is Maps or Short && name.EndsWith(']') ? name[(bracket + 1)..^1] : null;
    }

    private static List<(string Name, string Value)> FromJson(Arguments arguments, string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                return json.RootElement.EnumerateObject().Select(pair => (pair.Name, pair.Value.ToString())).ToList();
            }

            // PHP's json_encode of an empty map.
            if (json.RootElement.ValueKind == JsonValueKind.Array && json.RootElement.GetArrayLength() == 0)
            {
                return [];
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Told below, as every other text that is no object; the second is half of a surrogate pair in a name.
        }

        arguments.Fault(Maps, "must be a map of conversations to sequences.");
        return [];
    }
}
