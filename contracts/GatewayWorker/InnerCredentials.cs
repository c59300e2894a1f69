using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Portico.Contracts.GatewayWorker;

/// <summary>The JSON bodies of the two packets that open an inner connection, 200 and 202 (GatewayWorker protocol 2.3).</summary>
/// <param name="WorkerKey">Name of the worker process; "" in 202.</param>
/// <param name="SecretKey">The secret; null when it is no string and so equals none.</param>
public sealed record InnerCredentials(string WorkerKey, string? SecretKey)
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a body; false when it is no JSON object.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out InnerCredentials credentials)
    {
        credentials = new InnerCredentials("", null);
        var reader = new Utf8JsonReader(body);
        try
        {
            if (!JsonDocument.TryParseValue(ref reader, out var document))
            {
                return false;
            }

            using (document)
            {
                var root = document.RootElement;
                if (root.ValueKind != JsonValueKind.Object)
                {
                    return false;
                }

                credentials = new InnerCredentials(Text(root, "worker_key") ?? "", Text(root, "secret_key"));
                return true;
            }
        }
        catch (Exception thrown) when (thrown is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair.
            return false;
        }
    }

    /// <summary>The body of WORKER_CONNECT.</summary>
    public static byte[] Worker(string workerKey, string secretKey) => Compose(workerKey, secretKey);

    /// <summary>The body of CLIENT_CONNECT.</summary>
    public static byte[] Client(string secretKey) => Compose(null, secretKey);

    private static byte[] Compose(string? workerKey, string secretKey)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            if (workerKey is not null)
            {
                json.WriteString("worker_key", workerKey);
            }

            json.WriteString("secret_key", secretKey);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;
}
