using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portico.Contracts.GatewayWorker;

/// <summary>The JSON list of uids or groups that some commands carry as ext data (GatewayWorker protocol 2.5 and 2.6).</summary>
public static class NameList
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the names, in order, repetitions kept; none when it is empty or not JSON.</summary>
    public static string[] Parse(ReadOnlySpan<byte> json) => PhpJsonValues.ParseNames(json);

    /// <summary>Writes the names.</summary>
    public static byte[] Compose(ReadOnlySpan<string> names)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartArray();
            foreach (var name in names)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
