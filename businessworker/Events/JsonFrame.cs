using System.Buffers;
using System.Text.Json;

namespace Portico.BusinessWorker.Events;

/// <summary>Writes small JSON frames.</summary>
internal static class JsonFrame
{
    /// <summary>An object with its type and what <paramref name="fields"/> adds.</summary>
    public static byte[] Write<T>(string type, T values, Action<Utf8JsonWriter, T> fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            fields(json, values);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
