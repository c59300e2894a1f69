using System.Text.Json;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// What a client of the shop, or one of portico.v1 in the customer service, sends. Only <c>send</c> is read to its end; other frames go to web-api as they are.
/// What a client claims of itself (source, Db_id) is not even read.
/// </summary>
internal sealed record ClientFrame
{
    private const int LongestName = 64;

    /// <summary>The type; a word.</summary>
    public required string Type { get; init; }

    /// <summary>What the answer holds again; empty for none.</summary>
    public string Reference { get; private init; } = "";

    /// <summary>Name of a message; empty for none.</summary>
    public string ClientMessageId { get; private init; } = "";

    /// <summary>Shop: uid, or the opaque code of a buyer. Service: the openid an agent writes to; empty from a visitor.</summary>
    public string Recipient { get; private init; } = "";

    /// <summary>1 text, 2 object, 3 array.</summary>
    public int ContentType { get; private init; }

    /// <summary>Text, or JSON.</summary>
    public string Content { get; private init; } = "";

    /// <summary>The last sequence that the sender had seen when he wrote; null when he does not say.</summary>
    public long? Seen { get; private init; }

    /// <summary>A fresh user token, of <c>token</c>.</summary>
    public string Token { get; private init; } = "";

    /// <summary>Why it cannot be sent; null when it can.</summary>
    public string? Fault { get; private init; }

    /// <summary>False for what is not a JSON object with a type.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out ClientFrame frame)
    {
        frame = null!;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || JsonFields.Text(root, "type") is not { Length: > 0 } type)
            {
                return false;
            }

            frame = Read(root, type);
            return true;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or a string of half a surrogate pair: the caller drops and counts it, or answers.
            return false;
        }
    }

    private static ClientFrame Read(JsonElement root, string type)
    {
        var id = JsonFields.Text(root, "client_msg_id") ?? "";
        var frame = new ClientFrame
        {
            Type = type,
            Reference = JsonFields.Text(root, "ref") is { Length: <= LongestName } reference ? reference : "",
            ClientMessageId = id.Length <= LongestName ? id : "",
            Token = type == "token" ? JsonFields.Text(root, "token") ?? "" : "",
        };
        if (type != "send")
        {
            return frame;
        }

        var contentType = JsonFields.Text(root, "c_type") ?? "1";
        var content = root.TryGetProperty("content", out var value) ? ContentOf(value, contentType) : null;
        var fault = id.Length > LongestName ? "client_msg_id is longer than 64 characters."
            : contentType is not ("1" or "2" or "3") ? "c_type is not 1, 2 or 3."
            : content is null ? "content is missing, or not what c_type says."
            : null;
        return frame with
        {
            Recipient = JsonFields.Text(root, "toClientUid") ?? "",
            ContentType = fault is null ? contentType[0] - '0' : 0,
            Content = content ?? "",
            Seen = root.TryGetProperty("seen", out var seen) && seen.ValueKind == JsonValueKind.Number && seen.TryGetInt64(out var number) ? number : null,
            Fault = fault,
        };
    }

    private static string? ContentOf(JsonElement value, string contentType) => (contentType, value.ValueKind) switch
    {
        ("1", JsonValueKind.String) => value.GetString(),
        ("1", JsonValueKind.Number) => value.GetRawText(),
        ("2", JsonValueKind.Object or JsonValueKind.Number or JsonValueKind.String) or ("3", JsonValueKind.Array) => value.GetRawText(),
        _ => null,
    };
}
