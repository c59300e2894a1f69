using System.Text.Json;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;
using static Portico.WebApi.Messages.FrameJson;

namespace Portico.WebApi.Endpoints;

/// <summary>
/// Frames of portico.v1 clients that concern the log (PROTOCOL.md): sync, read, typing, recall, online; those of the customer service's queue go on
/// to it. Workers pass them on as they came and relay the answer, so that what they mean stands in one place.
/// </summary>
internal sealed class ClientFrames(
    ChatLog log, SyncPages sync, ReadState state, Typing typing, OnlineState online, ServiceRequests service, WebApiOptions options, TimeProvider time)
{
    private const int UsualPage = 200;
    private const int MostNames = 100;
    private const int DeepestFrame = 16;

    // Both ask much for few bytes: a page that asks more often than this is broken, or wants to harm.
    private readonly Pace<string> _pace = new(20, TimeSpan.FromSeconds(1), time);

    /// <summary>The answer to a frame, empty when there is nothing to say; null for a type that is not answered here.</summary>
    public async Task<ReadOnlyMemory<byte>?> HandleAsync(FrameSender from, ReadOnlyMemory<byte> frame)
    {
        if (!from.IsSomebody)
        {
            return null;
        }

        if (Read(frame) is not { } root)
        {
            return Frame("error", json =>
            {
                json.WriteString("code"u8, "bad_json");
                json.WriteString("message"u8, "This is no JSON object, or one that nests too deep.");
            });
        }

        if (WholeText.FindHalf(frame.Span, DeepestFrame) is { } member)
        {
            return Error(root, "bad_field", $"{member} holds half of a surrogate pair.");
        }

        try
        {
            // A bare null would become an empty memory here, which means "known, nothing to say".
            return Text(root, "type") switch
            {
                "sync" or "online" when !_pace.TryPass(from.Application + from.Sender) => Error(root, "too_fast", "At most 20 of these in a second."),
                "online" when from.Application == ConversationKey.Shop => await OnlineAsync(from.Uid, root),
                "sync" => await SyncAsync(from, root),
                "read" => await ReadAsync(from, root),
                "typing" => await TypingAsync(from, root),
                "recall" => await RecallAsync(from, root),
                { } type when from.Application == ConversationKey.Service => await service.HandleAsync(from, type, root),
                _ => (ReadOnlyMemory<byte>?)null,
            };
        }
        catch (StoreUnavailableException)
        {
            return Error(root, "unavailable", "The message log is away for the moment; try again.");
        }
    }

    private static JsonElement? Read(ReadOnlyMemory<byte> frame)
    {
        try
        {
            using var json = JsonDocument.Parse(frame, new JsonDocumentOptions { MaxDepth = DeepestFrame });
            return json.RootElement.ValueKind == JsonValueKind.Object ? json.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task<ReadOnlyMemory<byte>> SyncAsync(FrameSender from, JsonElement frame)
    {
        var known = new Dictionary<long, long>();
        if (frame.TryGetProperty("conversations", out var conversations) && conversations.ValueKind == JsonValueKind.Object)
        {
            foreach (var pair in conversations.EnumerateObject().Take(options.Limits.PageLength))
            {
                if (!ConversationId.TryParse(pair.Name, out var id)
                    || pair.Value.ValueKind != JsonValueKind.Number
                    || !pair.Value.TryGetInt64(out var after)
                    || after < 0)
                {
                    return Error(frame, "bad_field", "conversations must give a sequence for each conversation.");
                }

                known[id] = after;
            }
        }

        var limit = (int)Math.Clamp(Number(frame, "limit") ?? UsualPage, 1, options.Limits.PageLength);
        var write = await sync.ReadAsync(from.Application, new Caller(from.Uid), from.Uid, known, limit, only: Number(frame, "only") == 1);
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
        return Answer(frame, "online", json => OnlineState.Write(json, known));
    }

    private static List<string>? Names(JsonElement list)
    {
        var all = list.EnumerateArray().ToList();
        return all.TrueForAll(element => element.ValueKind == JsonValueKind.String) ? all.ConvertAll(element => element.GetString()!) : null;
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(FrameSender from, JsonElement frame)
    {
        if (await FindAsync(from, frame) is not { } conversation || Number(frame, "seq") is not { } seq)
        {
            return Error(frame, "bad_field", "conversation and seq must name a message of one's own conversations.");
        }

        var after = await state.MarkReadAsync(conversation, conversation.MemberA == from.Uid, seq, from.ClientId);
        return Answer(frame, "ack", json =>
        {
            json.WriteString("conversation"u8, ConversationId.Format(after.Id));
            json.WriteNumber("seq"u8, after.ReadBy(from.Uid));
            json.WriteNumber("unread"u8, after.UnreadBy(from.Uid));
        });
    }

    private async Task<ReadOnlyMemory<byte>> TypingAsync(FrameSender from, JsonElement frame)
    {
        if (await FindAsync(from, frame) is { } conversation)
        {
            await typing.TellAsync(conversation, conversation.MemberA == from.Uid);
        }

        return ReadOnlyMemory<byte>.Empty;
    }

    private async Task<ReadOnlyMemory<byte>> RecallAsync(FrameSender from, JsonElement frame)
    {
        var outcome = await FindAsync(from, frame) is { } conversation && Number(frame, "seq") is { } seq
            ? await state.RecallAsync(conversation, from.Sender, seq)
            : RecallOutcome.Unknown;
        return outcome switch
        {
            RecallOutcome.Done => Answer(frame, "ack", _ => { }),
            RecallOutcome.TooLate => Error(frame, "too_late", $"A message can be taken back for {options.Limits.RecallSeconds} seconds."),
            RecallOutcome.NotYours => Error(frame, "not_allowed", "Only who sent a message takes it back."),
            _ => Error(frame, "bad_field", "conversation and seq must name a message of one's own conversations."),
        };
    }

    private async Task<ConversationRow?> FindAsync(FrameSender from, JsonElement frame) =>
        ConversationId.TryParse(Text(frame, "conversation"), out var id)
            && await log.FindAsync(id) is { } conversation
            && conversation.Application == from.Application
            && conversation.HasMember(from.Uid) ? conversation : null;
}
