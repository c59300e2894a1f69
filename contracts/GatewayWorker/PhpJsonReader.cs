using System.Text.Json;

namespace Portico.Contracts.GatewayWorker;

/// <summary>Reads JSON into PHP values, as json_decode() with arrays for objects.</summary>
internal ref struct PhpJsonReader
{
    private readonly int _maxElements;
    private Utf8JsonReader _json;
    private int _elements;

    private PhpJsonReader(ReadOnlySpan<byte> json, int maxDepth, int maxElements)
    {
        _json = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        _maxElements = maxElements;
    }

    public static bool TryRead(ReadOnlySpan<byte> json, int maxDepth, int maxElements, out PhpValue value)
    {
        value = default;
        var reader = new PhpJsonReader(json, maxDepth, maxElements);
        try
        {
            return reader._json.Read() && reader.TryReadValue(out value) && !reader._json.Read();
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair.
            value = default;
            return false;
        }
    }

    private bool TryReadValue(out PhpValue value)
    {
        value = default;
        switch (_json.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                value = _json.GetBoolean();
                return true;
            case JsonTokenType.Number:
                value = _json.TryGetInt64(out var integer) ? (PhpValue)integer : _json.GetDouble();
                return true;
            case JsonTokenType.String:
                value = _json.GetString();
                return true;
            case JsonTokenType.StartArray:
                return TryReadList(out value);
            case JsonTokenType.StartObject:
                return TryReadObject(out value);
            default:
                return _json.TokenType == JsonTokenType.Null;
        }
    }

    private bool TryReadList(out PhpValue value)
    {
        var list = new PhpArray();
        value = list;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (++_elements > _maxElements || !TryReadValue(out var item))
            {
                return false;
            }

            list.Add(item);
        }

        return true;
    }

    private bool TryReadObject(out PhpValue value)
    {
        var entries = new PhpArray();
        value = entries;
        while (_json.Read() && _json.TokenType != JsonTokenType.EndObject)
        {
            var key = new PhpKey(_json.GetString()!);
            if (++_elements > _maxElements || !_json.Read() || !TryReadValue(out var item))
            {
                return false;
            }

            entries[key] = item;
        }

        return true;
    }
}
