using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Portico.Contracts.GatewayWorker;

/// <summary>
/// Lists in JSON as PHP's foreach takes them: the values of an array or an object, numbers and text alike. What cannot be a name
/// or a number is left out, where PHP would end its process.
/// </summary>
internal static class PhpJsonValues
{
    /// <summary>Reads the names of a whole JSON text; none when it is empty or no list.</summary>
    public static string[] ParseNames(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty)
        {
            return [];
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            var names = ReadNames(ref reader);
            return reader.Read() ? [] : names;
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair.
            return [];
        }
    }

    /// <summary>Reads the next value as uids or groups.</summary>
    public static string[] ReadNames(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return [];
        }

        var names = new List<string>();
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                continue;
            }

            if (TryReadName(ref reader, out var name))
            {
                names.Add(name);
            }
            else
            {
                reader.Skip();
            }
        }

        return [.. names];
    }

    /// <summary>Reads the next value as connection numbers, which stand as values or as keys; false when it is null.</summary>
    public static bool TryReadIds(ref Utf8JsonReader reader, bool byKey, out uint[] ids)
    {
        ids = [];
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
        {
            return reader.TokenType != JsonTokenType.Null;
        }

        var found = new List<uint>();
        var isList = reader.TokenType == JsonTokenType.StartArray;
        var index = 0u;
        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndArray or JsonTokenType.EndObject))
        {
            if (reader.TokenType == JsonTokenType.PropertyName)
            {
                AddKey(ref reader, byKey, found);
                continue;
            }

            if (byKey && isList)
            {
                found.Add(index++);
            }
            else if (!byKey && TryReadId(ref reader, out var id))
            {
                found.Add(id);
            }

            reader.Skip();
        }

        ids = [.. found];
        return true;
    }

    private static void AddKey(ref Utf8JsonReader reader, bool byKey, List<uint> found)
    {
        if (byKey && TryReadId(ref reader, out var id))
        {
            found.Add(id);
        }
    }

    private static bool TryReadId(ref Utf8JsonReader reader, out uint id)
    {
        id = 0;
        if (reader.TokenType is not (JsonTokenType.Number or JsonTokenType.String or JsonTokenType.PropertyName) || reader.ValueIsEscaped)
        {
            return false;
        }

        // "05" is another key than 5 in PHP, and no connection.
        return PhpKey.TryNormalise(reader.ValueSpan, out _) && Utf8Parser.TryParse(reader.ValueSpan, out id, out var used) && used == reader.ValueSpan.Length;
    }

    /// <summary>A name as PHP makes an array key of the value.</summary>
    private static bool TryReadName(ref Utf8JsonReader reader, out string name)
    {
        name = "";
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                name = reader.GetString()!;
                return true;
            case JsonTokenType.Number:
                name = reader.TryGetInt64(out var integer)
                    ? integer.ToString(CultureInfo.InvariantCulture)
                    : ((long)reader.GetDouble()).ToString(CultureInfo.InvariantCulture);
                return true;
            case JsonTokenType.True:
                name = "1";
                return true;
            case JsonTokenType.False:
                name = "0";
                return true;
            case JsonTokenType.Null:
                return true;
            default:
                return false;
        }
    }
}
