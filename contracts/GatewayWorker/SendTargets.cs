using System.Buffers;
using System.Text.Json;

namespace Portico.Contracts.GatewayWorker;

/// <summary>Whom SEND_TO_ALL and SEND_TO_GROUP mean: the JSON of their ext data (GatewayWorker protocol 2.5).</summary>
public sealed class SendTargets
{
    /// <summary>Everybody, no group.</summary>
    public static readonly SendTargets Everybody = new();

    /// <summary>Only <see cref="Connections"/>, be they none.</summary>
    public bool OnlyConnections { get; private set; }

    /// <summary>The clients meant.</summary>
    public uint[] Connections { get; private set; } = [];

    /// <summary>The clients not meant.</summary>
    public uint[] Exclude { get; private set; } = [];

    /// <summary>The groups meant; a group listed twice counts twice.</summary>
    public string[] Groups { get; private set; } = [];

    /// <summary>Reads ext data. What is no JSON object names nobody in particular, as in PHP.</summary>
    public static SendTargets Parse(ReadOnlySpan<byte> ext)
    {
        if (ext.IsEmpty)
        {
            return Everybody;
        }

        var targets = new SendTargets();
        var reader = new Utf8JsonReader(ext);
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.StartObject && targets.TryRead(ref reader) ? targets : Everybody;
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair.
            return Everybody;
        }
    }

    /// <summary>Writes the ext data of SEND_TO_ALL; nothing when everybody is meant.</summary>
    public static byte[] ToAll(ReadOnlySpan<uint> connections, bool onlyConnections, ReadOnlySpan<uint> exclude)
    {
        if (!onlyConnections && exclude.IsEmpty)
        {
            return [];
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteIds(json, onlyConnections ? "connections" : "exclude", onlyConnections ? connections : exclude);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the ext data of SEND_TO_GROUP.</summary>
    public static byte[] ToGroups(ReadOnlySpan<string> groups, ReadOnlySpan<uint> exclude)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("group");
            foreach (var group in groups)
            {
                json.WriteStringValue(group);
            }

            json.WriteEndArray();
            if (exclude.IsEmpty)
            {
                json.WriteNull("exclude");
            }
            else
            {
                WriteIds(json, "exclude", exclude);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteIds(Utf8JsonWriter json, string name, ReadOnlySpan<uint> ids)
    {
        json.WriteStartObject(name);
        Span<char> digits = stackalloc char[10];
        foreach (var id in ids)
        {
            _ = id.TryFormat(digits, out var length, provider: System.Globalization.CultureInfo.InvariantCulture);
            json.WriteNumber(digits[..length], id);
        }

        json.WriteEndObject();
    }

    private bool TryRead(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("connections"u8))
            {
                OnlyConnections = PhpJsonValues.TryReadIds(ref reader, byKey: false, out var connections);
                Connections = connections;
            }
            else if (reader.ValueTextEquals("exclude"u8))
            {
                _ = PhpJsonValues.TryReadIds(ref reader, byKey: true, out var exclude);
                Exclude = exclude;
            }
            else if (reader.ValueTextEquals("group"u8))
            {
                Groups = PhpJsonValues.ReadNames(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        // The end of the text must be reached, or it was no JSON.
        return !reader.Read();
    }
}
