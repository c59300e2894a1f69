using System.Text.Json;

namespace Portico.BusinessWorker.Events;

/// <summary>What a shop client sent. What it claims of itself (source, Db_id) is not even read.</summary>
internal sealed record ShopFrame
{
    private const int LongestMessageId = 64;
    private const int LongestReference = 64;

    /// <summary>The type; a word.</summary>
    public required string Type { get; init; }

    /// <summary>Optional name of the message.</summary>
    public string ClientMessageId { get; private init; } = "";

    /// <summary>What the client calls this frame; its answer holds it again. Empty for none.</summary>
    public string Reference { get; private init; } = "";

    /// <summary>A fresh user token, of <c>token</c>.</summary>
    public string Token { get; private init; } = "";

    /// <summary>Uid, or the opaque code of a buyer.</summary>
    public string Recipient { get; private init; } = "";

    /// <summary>1 text, 2 object, 3 array.</summary>
    public int ContentType { get; private init; }

    /// <summary>Text, or JSON.</summary>
    public string Content { get; private init; } = "";

    /// <summary>Why it cannot be sent; null when it can.</summary>
    public string? Fault { get; private init; }

    /// <summary>False for what is not a JSON object with a type.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, out ShopFrame frame)
    {
        frame = null!;
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "type") is not { Length: > 0 } type)
            {
                return false;
            }

            frame = type == "send" ? ReadSend(root) : new ShopFrame
            {
                Type = type,
                ClientMessageId = Text(root, "client_msg_id") ?? "",
                Reference = ReferenceOf(root),
                Token = type == "token" ? Text(root, "token") ?? "" : "",
            };
            return true;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // Not JSON, or a string of half a surrogate pair: the caller drops and counts it, or answers.
            return false;
        }
    }

    private static ShopFrame ReadSend(JsonElement root)
    {
        var id = Text(root, "client_msg_id") ?? "";
        var recipient = Text(root, "toClientUid") ?? "";
        var contentType = Text(root, "c_type") ?? "1";
        var content = root.TryGetProperty("content", out var value) ? ContentOf(value, contentType) : null;
        var fault = id.Length > LongestMessageId ? "client_msg_id is longer than 64 characters."
            : recipient.Length == 0 ? "toClientUid is missing."
            : contentType is not ("1" or "2" or "3") ? "c_type is not 1, 2 or 3."
            : content is null ? "content is missing, or not what c_type says."
            : null;
        return new ShopFrame
        {
            Type = "send",
            ClientMessageId = id,
            Reference = ReferenceOf(root),
            Recipient = recipient,
            ContentType = fault is null ? contentType[0] - '0' : 0,
            Content = content ?? "",
            Fault = fault,
        };
    }

    private static string ReferenceOf(JsonElement root) => Text(root, "ref") is { Length: <= LongestReference } reference ? reference : "";

    private static string? ContentOf(JsonElement value, string contentType) => (contentType, value.ValueKind) switch
    {
        ("1", JsonValueKind.String) => value.GetString(),
        ("1", JsonValueKind.Number) => value.GetRawText(),
        ("2", JsonValueKind.Object) or ("3", JsonValueKind.Array) => value.GetRawText(),
        _ => null,
    };

    // Old clients send numbers as text and text as numbers.
    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value)
            ? value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Number => value.GetRawText(),
                _ => null,
            }
            : null;
}
