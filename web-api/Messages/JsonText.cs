using System.Buffers;
using System.Text.Json;

namespace Portico.WebApi.Messages;

/// <summary>Writes small JSON objects with one writer and one buffer for each thread.</summary>
internal static class JsonText
{
    // A buffer that once held a large answer is given up.
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? _kept;

    /// <summary>An object with the members that <paramref name="fill"/> writes; the bytes are good until this thread writes the next one.</summary>
    public static ReadOnlySpan<byte> Write<T>(T values, Action<Utf8JsonWriter, T> fill)
    {
        var (buffer, json) = Take();
        json.WriteStartObject();
        fill(json, values);
        json.WriteEndObject();
        json.Flush();
        if (buffer.Capacity <= LargestKept)
        {
            _kept = (buffer, json);
        }

        return buffer.WrittenSpan;
    }

    // Taken away while it is in use: should `fill` write another object, or fail, nothing is mixed up.
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) Take()
    {
        if (_kept is not { } kept)
        {
            var buffer = new ArrayBufferWriter<byte>(512);
            return (buffer, new Utf8JsonWriter(buffer, RelaxedJson.Writer));
        }

        _kept = null;
        kept.Buffer.ResetWrittenCount();
        kept.Json.Reset(kept.Buffer);
        return kept;
    }
}
