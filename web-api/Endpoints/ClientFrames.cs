using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>
/// Frames of portico.v1 clients that concern the log (PROTOCOL.md): sync, read, typing, recall, online. Workers pass them on as they came and relay the
/// answer, so that what they mean stands in one place.
/// </summary>
internal sealed class ClientFrames(ChatLog log, SyncPages sync, ReadState state, Typing typing, OnlineState online, WebApiOptions options, TimeProvider time)
{
    private const int UsualPage = 200;
    private const int LongestRef = 64;
    private const int MostNames = 100;

    // Both ask much for few bytes: a page that asks more often than this is broken, or wants to harm.
    private readonly Pace<string> _pace = new(20, TimeSpan.FromSeconds(1), time);

    /// <summary>The answer to a frame, empty when there is nothing to say; null for a type that is not answered here.</summary>
    public async Task<ReadOnlyMemory<byte>?> HandleAsync(string application, string uid, string clientId, ReadOnlyMemory<byte> frame)
    {
        JsonElement root;
        try
        {
            using var json = JsonDocument.Parse(frame, new JsonDocumentOptions { MaxDepth = 16 });
            root = json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }

        try
        {
            // A bare null would become an empty memory here, which means "known, nothing to say".
            return (root.ValueKind == JsonValueKind.Object ? Text(root, "type") : null) switch
            {
                "sync" or "online" when uid.Length > 0 && !_pace.TryPass(uid) => Error(root, "too_fast", "At most 20 of these in a second."),
                "sync" => await SyncAsync(application, uid, root),
                "online" when application == ConversationKey.Shop => await OnlineAsync(uid, root),
                "read" => await ReadAsync(uid, clientId, root),
                "typing" => await TypingAsync(uid, root),
                "recall" => await RecallAsync(uid, root),
                _ => (ReadOnlyMemory<byte>?)null,
            };
        }
        catch (StoreUnavailableException)
        {
            return Error(root, "unavailable", "The message log is away for the moment; try again.");
        }
    }

    private async Task<ReadOnlyMemory<byte>> SyncAsync(string application, string uid, JsonElement frame)
    {
        var known = new Dictionary<long, long>();
        if (frame.TryGetProperty("conversations", out var conversations) && conversations.ValueKind == JsonValueKind.Object)
        {
            foreach (var pair in conversations.EnumerateObject().Take(options.Limits.PageLength))
            {
                if (!ConversationId.TryParse(pair.Name, out var id) || pair.Value.ValueKind != JsonValueKind.Number || !pair.Value.TryGetInt64(out var after) || after < 0)
                {
                    return Error(frame, "bad_field", "conversations must give a sequence for each conversation.");
                }

                known[id] = after;
            }
        }

        var limit = (int)Math.Clamp(Number(frame, "limit") ?? UsualPage, 1, options.Limits.PageLength);
        var write = await sync.ReadAsync(application, new Caller(uid), uid, known, limit, only: Number(frame, "only") == 1);
        return Answer(frame, "sync", write);
    }

    private async Task<ReadOnlyMemory<byte>> OnlineAsync(string uid, JsonElement frame)
    {
        if (!frame.TryGetProperty("uids", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() > MostNames
            || Names(list) is not { } names)
        {
            return Error(frame, "bad_field", $"uids must be a list of at most {MostNames} uids or codes.");
        }

        var known = await online.AskAsync(uid, names);
        return Answer(frame, "online", json =>
        {
            json.WriteStartObject("online"u8);
            known.ForEach(entry => json.WriteNumber(entry.Name, entry.IsOnline ? 1 : 0));
            json.WriteEndObject();
        });
    }

    private static List<string>? Names(JsonElement list)
    {
        try
        {
            var all = list.EnumerateArray().ToList();
            return all.TrueForAll(element => element.ValueKind == JsonValueKind.String) ? all.ConvertAll(element => element.GetString()!) : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no name.
            return null;
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(string uid, string clientId, JsonElement frame)
    {
        if (await FindAsync(uid, frame) is not { } conversation || Number(frame, "seq") is not { } seq)
        {
            return Error(frame, "bad_field", "conversation and seq must name a message of one's own conversations.");
        }

        var after = await state.MarkReadAsync(conversation, conversation.MemberA == uid, seq, clientId);
        return Answer(frame, "ack", json =>
        {
            json.WriteString("conversation"u8, ConversationId.Format(after.Id));
            json.WriteNumber("seq"u8, after.ReadBy(uid));
            json.WriteNumber("unread"u8, after.UnreadBy(uid));
        });
    }

    private async Task<ReadOnlyMemory<byte>> TypingAsync(string uid, JsonElement frame)
    {
        if (await FindAsync(uid, frame) is { } conversation)
        {
            await typing.TellAsync(conversation, conversation.MemberA == uid);
        }

        return ReadOnlyMemory<byte>.Empty;
    }

    private async Task<ReadOnlyMemory<byte>> RecallAsync(string uid, JsonElement frame)
    {
        var outcome = await FindAsync(uid, frame) is { } conversation && Number(frame, "seq") is { } seq
            ? await state.RecallAsync(conversation, uid, seq)
            : RecallOutcome.Unknown;
        return outcome switch
        {
            RecallOutcome.Done => Answer(frame, "ack", _ => { }),
            RecallOutcome.TooLate => Error(frame, "too_late", $"A message can be taken back for {options.Limits.RecallSeconds} seconds."),
            RecallOutcome.NotYours => Error(frame, "not_allowed", "Only who sent a message takes it back."),
            _ => Error(frame, "bad_field", "conversation and seq must name a message of one's own conversations."),
        };
    }

    private async Task<ConversationRow?> FindAsync(string uid, JsonElement frame) =>
        ConversationId.TryParse(Text(frame, "conversation"), out var id) && await log.FindAsync(id) is { } conversation && conversation.HasMember(uid) ? conversation : null;

    private static ReadOnlyMemory<byte> Error(JsonElement frame, string code, string message) => Answer(frame, "error", json =>
    {
        json.WriteString("code"u8, code);
        json.WriteString("message"u8, message);
    });

    private static ReadOnlyMemory<byte> Answer(JsonElement frame, string type, Action<Utf8JsonWriter> fill)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, RelaxedJson.Writer);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        if (Text(frame, "ref") is { Length: > 0 and <= LongestRef } reference)
        {
            json.WriteString("ref"u8, reference);
        }

        fill(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static string? Text(JsonElement frame, string name)
    {
        if (!frame.TryGetProperty(name, out var value))
        {
            return null;
        }

        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : value.ValueKind == JsonValueKind.Number ? value.GetRawText() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: no text.
            return null;
        }
    }

    private static long? Number(JsonElement frame, string name) =>
        long.TryParse(Text(frame, name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
