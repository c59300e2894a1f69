using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portico.Contracts.GatewayWorker;

/// <summary>What SELECT asks: fields of every client, or of the union of some lists (GatewayWorker protocol 2.7).</summary>
public sealed class SelectQuery
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Names of the fields, in the order of the answer: session, uid, groups; others are answered with null.</summary>
    public string[] Fields { get; init; } = [];

    /// <summary>Every client is meant.</summary>
    public bool All { get; init; } = true;

    /// <summary>Members of these groups.</summary>
    public string[] Groups { get; init; } = [];

    /// <summary>Clients bound to these uids.</summary>
    public string[] Uids { get; init; } = [];

    /// <summary>These clients.</summary>
    public uint[] Connections { get; init; } = [];

    /// <summary>Reads the ext data; false when it is no JSON object, which PHP answers with an empty array.</summary>
    public static bool TryParse(ReadOnlySpan<byte> ext, out SelectQuery query)
    {
        query = new SelectQuery();
        if (ext.IsEmpty)
        {
            return false;
        }

        var reader = new Utf8JsonReader(ext);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && TryRead(ref reader, out query);
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair.
            return false;
        }
    }

    /// <summary>Writes the ext data.</summary>
    public byte[] Compose()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            WriteList(json, "fields", Fields);
            if (All)
            {
                json.WriteStartArray("where");
                json.WriteEndArray();
            }
            else
            {
                WriteWhere(json);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static bool TryRead(ref Utf8JsonReader reader, out SelectQuery query)
    {
        string[] fields = [];
        var where = new SelectQuery();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("fields"u8))
            {
                fields = PhpJsonValues.ReadNames(ref reader);
            }
            else if (reader.ValueTextEquals("where"u8))
            {
                where = ReadWhere(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        query = new SelectQuery { Fields = fields, All = where.All, Groups = where.Groups, Uids = where.Uids, Connections = where.Connections };
        return !reader.Read();
    }

    /// <summary>An empty array, and what is no container, means every client; keys nobody knows match nobody.</summary>
    private static SelectQuery ReadWhere(ref Utf8JsonReader reader)
    {
        string[] groups = [];
        string[] uids = [];
        uint[] connections = [];
        var conditions = 0;
        if (!reader.Read() || reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            return new SelectQuery();
        }

        while (reader.Read() && reader.TokenType is not (JsonTokenType.EndObject or JsonTokenType.EndArray))
        {
            conditions++;
            var isKey = reader.TokenType == JsonTokenType.PropertyName;
            if (isKey && reader.ValueTextEquals("groups"u8))
            {
                groups = PhpJsonValues.ReadNames(ref reader);
            }
            else if (isKey && reader.ValueTextEquals("uid"u8))
            {
                uids = PhpJsonValues.ReadNames(ref reader);
            }
            else if (isKey && reader.ValueTextEquals("connection_id"u8))
            {
                _ = PhpJsonValues.TryReadIds(ref reader, byKey: false, out connections);
            }
            else
            {
                reader.Skip();
            }
        }

        return new SelectQuery { All = conditions == 0, Groups = groups, Uids = uids, Connections = connections };
    }

    private static void WriteList(Utf8JsonWriter json, string name, string[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    private void WriteWhere(Utf8JsonWriter json)
    {
        json.WriteStartObject("where");
        if (Groups.Length > 0)
        {
            WriteList(json, "groups", Groups);
        }

        if (Uids.Length > 0)
        {
            WriteList(json, "uid", Uids);
        }

        json.WriteStartArray("connection_id");
        foreach (var connection in Connections)
        {
            json.WriteNumberValue(connection);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
