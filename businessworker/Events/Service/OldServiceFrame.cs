using System.Text.Json;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// What an old client sends: <c>{"type":2,"msg":…}</c> or <c>{"type":1,"msg":…,"openid":…}</c>, the type as number or string. Which of the two
/// it is says the sender's role alone.
/// </summary>
/// <param name="Message">The text.</param>
/// <param name="Openid">Whom an agent writes to; empty when it is not there.</param>
internal readonly record struct OldServiceFrame(string Message, string Openid)
{
    /// <summary>Reads it; null, and why, when there is nothing to send.</summary>
    public static OldServiceFrame? TryRead(ReadOnlyMemory<byte> bytes, out string fault)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return Read(document.RootElement, out fault);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            // Not JSON, or a string of half a surrogate pair: dropped and counted by the caller.
            fault = "bad_json";
            return null;
        }
    }

    private static OldServiceFrame? Read(JsonElement root, out string fault)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            fault = "bad_json";
            return null;
        }

        var message = JsonFields.Text(root, "msg");
        fault = JsonFields.Text(root, "type") is not ("1" or "2") ? "unknown_type" : string.IsNullOrEmpty(message) ? "bad_field" : "";
        return fault.Length > 0 ? null : new OldServiceFrame(message!, JsonFields.Text(root, "openid") ?? "");
    }
}
