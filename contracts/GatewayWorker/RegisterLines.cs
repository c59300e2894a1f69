using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portico.Contracts.GatewayWorker;

/// <summary>Reads and writes the register's lines with a real JSON parser; a composed line ends in LF.</summary>
public static class RegisterLines
{
    /// <summary>Longest line; what is longer is refused by PHP peers too.</summary>
    public const int MaxLength = 10 * 1024 * 1024;

    // "/" and what is not ASCII go out as they are; PHP's own escapes are read as well.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a line without its LF; false when it is no JSON object with an event.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out RegisterLine line)
    {
        line = new RegisterLine { Event = "" };
        var reader = new Utf8JsonReader(text);
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return false;
            }

            using (document)
            {
                return text[(int)reader.BytesConsumed..].Trim(" \t\r\n"u8).IsEmpty
                    && TryRead(document.RootElement, out line);
            }
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair.
            return false;
        }
    }

    /// <summary>A gateway announces its address.</summary>
    public static byte[] GatewayConnect(string address, string secretKey) =>
        Compose(RegisterLine.GatewayConnect, ("address", address), ("secret_key", secretKey));

    /// <summary>A worker or client asks for the addresses.</summary>
    public static byte[] WorkerConnect(string secretKey) => Compose(RegisterLine.WorkerConnect, ("secret_key", secretKey));

    /// <summary>Keeps the connection awake.</summary>
    public static byte[] Ping() => Compose(RegisterLine.Ping);

    /// <summary>The register's answer: always a list.</summary>
    public static byte[] BroadcastAddresses(IEnumerable<string> addresses)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteString("event", RegisterLine.BroadcastAddresses);
            json.WriteStartArray("addresses");
            foreach (var address in addresses)
            {
                json.WriteStringValue(address);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Compose(string name, params ReadOnlySpan<(string Name, string Value)> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteString("event", name);
            foreach (var (member, value) in members)
            {
                json.WriteString(member, value);
            }

            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static bool TryRead(JsonElement root, out RegisterLine line)
    {
        line = new RegisterLine { Event = "" };
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("event", out var name))
        {
            return false;
        }

        // An event that is no string is still one, unless PHP calls it empty; nobody knows it.
        var text = name.ValueKind == JsonValueKind.String ? name.GetString()! : name.GetRawText();
        if (text is "" or "0" || name.ValueKind is JsonValueKind.Null or JsonValueKind.False)
        {
            return false;
        }

        line = new RegisterLine
        {
            Event = text,
            Address = Text(root, "address", null) is { Length: > 0 } address ? address : null,
            SecretKey = Text(root, "secret_key", ""),
            Addresses = root.TryGetProperty("addresses", out var list) ? Values(list) : null,
        };
        return true;
    }

    private static string? Text(JsonElement root, string name, string? absent)
    {
        if (!root.TryGetProperty(name, out var member) || (member.ValueKind == JsonValueKind.Null && absent is not null))
        {
            return absent;
        }

        return member.ValueKind == JsonValueKind.String ? member.GetString() : null;
    }

    private static List<string>? Values(JsonElement list)
    {
        var values = list.ValueKind switch
        {
            JsonValueKind.Array => list.EnumerateArray().AsEnumerable(),
            JsonValueKind.Object => list.EnumerateObject().Select(member => member.Value),
            _ => null,
        };
        return values?.Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetString()!).ToList();
    }
}
