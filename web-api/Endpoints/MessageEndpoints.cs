using Microsoft.AspNetCore.Http;
using Portico.Contracts.Ids;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>Messages below /api/v1: reading by sequence, sending, recalling.</summary>
internal sealed class MessageEndpoints(
    RequestScopes scopes, ChatLog log, SendMessage road, MessageJson view, OpaqueCodes codes, ReadState state, ConversationAccess access, WebApiOptions options)
{
    private const int UsualPage = 50;

    /// <summary><c>GET /api/v1/messages?with=&amp;after=&amp;limit=</c>, or <c>before=</c> to turn pages back.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var arguments = scope.Arguments;
        var peer = arguments.Required("with");
        var after = arguments.Number("after", 0, 0, long.MaxValue);
        var before = arguments.Number("before", 0, 0, long.MaxValue);
        var limit = (int)arguments.Number("limit", UsualPage, 1, options.Limits.PageLength);
        var uid = scope.ActingUid();
        var conversation = Peer(scope.Caller, uid, peer) is { } key ? await log.FindAsync(key) : null;
        var page = conversation is null ? MessagePage.Empty
            : before > 0 ? await log.ReadBeforeAsync(conversation.Id, before, limit, options.Limits.PageBytes)
            : await log.ReadAfterAsync(conversation.Id, after, limit, options.Limits.PageBytes);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteStartArray("messages"u8);
            foreach (var message in page.Messages)
            {
                view.Write(json, scope.Caller, conversation!, message);
            }

            json.WriteEndArray();
            json.WriteBoolean("more"u8, page.More);
            if (conversation is not null)
            {
                json.WriteNumber("kept_from"u8, conversation.KeptFrom);
            }
        });
    }

    /// <summary><c>POST /api/v1/messages</c>: <c>to, content, type, client_msg_id, client_id, seen</c>.</summary>
    public async Task SendAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var arguments = scope.Arguments;
        var seen = arguments.Number("seen", -1, 0, long.MaxValue);
        var device = arguments.Text("client_id") ?? "";

        // A backend that names no device may be an automatic answer: nobody has looked at what it answers.
        var isAutomatic = scope.Caller.IsBackend && device.Length == 0;
        var command = new SendCommand
        {
            Application = ConversationKey.Shop,
            Recipient = arguments.Required("to"),
            Type = (int)arguments.Number("type", 1, 1, 3),
            Content = arguments.TextOrJson("content") ?? arguments.Required("content"),
            ClientMsgId = arguments.Text("client_msg_id") ?? "",
            SenderClientId = device,
            Seen = seen >= 0 ? seen : isAutomatic ? 0 : null,
            ByBackend = scope.Caller.IsBackend,
            Sender = scope.ActingUid(),
        };
        var outcome = await road.SendAsync(command);
        if (outcome.Status != SendStatus.Stored)
        {
            throw new RequestException(ProblemOf(outcome.Status), outcome.Error ?? "") { RetrySeconds = outcome.RetrySeconds };
        }

        await Replies.JsonAsync(context, json =>
        {
            json.WriteNumber("id"u8, outcome.Id);
            json.WriteString("conversation"u8, ConversationId.Format(outcome.Conversation));
            json.WriteNumber("seq"u8, outcome.Seq);
            json.WriteNumber("sent_at"u8, outcome.SentAtMs);
            json.WriteNumber("repeated"u8, outcome.Repeated ? 1 : 0);
        });
    }

    /// <summary><c>POST /api/v1/recall</c>: <c>conversation, seq</c>.</summary>
    public async Task RecallAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var seq = scope.Arguments.Number("seq", 0, 1, long.MaxValue);
        var (conversation, uid) = await access.RequireAsync(scope);
        switch (await state.RecallAsync(conversation, uid, seq))
        {
            case RecallOutcome.NotYours:
                throw new RequestException(Problem.Forbidden, "Only who sent a message takes it back.");
            case RecallOutcome.TooLate:
                throw new RequestException(Problem.Gone, $"A message can be taken back for {options.Limits.RecallSeconds} seconds.");
            case RecallOutcome.Unknown:
                throw new RequestException(Problem.NotFound, "There is no such message.");
        }

        await Replies.JsonAsync(context, json => json.WriteNumber("status"u8, 1));
    }

    private static Problem ProblemOf(SendStatus status) => status switch
    {
        SendStatus.Invalid => Problem.BadArguments,
        SendStatus.UnknownRecipient => Problem.NotFound,
        SendStatus.Conflict => Problem.Conflict,
        SendStatus.TooFast => Problem.OverQuota,
        _ => Problem.Unavailable,
    };

    // A merchant's token names buyers by code; a backend may name them either way.
    private ConversationKey? Peer(Caller caller, string uid, string peer)
    {
        var found = codes.TryDecode(peer, out var decoded) ? decoded : peer;
        if (found == peer && caller.Uid is { } viewer && Uids.IsMerchant(viewer) && Uids.IsBuyer(peer))
        {
            return null;
        }

        return Uids.IsValid(found) && found != uid ? ConversationKey.Between(uid, found) : null;
    }
}
