using Microsoft.AspNetCore.Http;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>Conversations below /api/v1: list, sync, read state, unread, typing.</summary>
internal sealed class ConversationEndpoints(
    RequestScopes scopes, ChatLog log, MessageJson view, SyncPages sync, ReadState state, ConversationAccess access, Typing typing, WebApiOptions options)
{
    private const int UsualPage = 200;

    /// <summary>
    /// <c>GET /api/v1/conversations?limit=&amp;offset=</c>: the caller's, latest first, each with its last message unless the answer would become too
    /// large.
    /// </summary>
    public async Task ListAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var limit = (int)scope.Arguments.Number("limit", UsualPage, 1, options.Limits.PageLength);
        var offset = (int)scope.Arguments.Number("offset", 0, 0, int.MaxValue);
        var uid = scope.ActingUid();
        var list = await log.ListAsync(ConversationKey.Shop, uid, limit + 1, offset);
        var more = list.Count > limit;
        var last = await log.ReadLastAsync(list, options.Limits.PageBytes);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteStartArray("conversations"u8);
            foreach (var conversation in list.Take(limit))
            {
                view.Write(json, scope.Caller, conversation, uid, last.GetValueOrDefault(conversation.Id));
            }

            json.WriteEndArray();
            json.WriteBoolean("more"u8, more);
        });
    }

    /// <summary>
    /// <c>GET /api/v1/sync?after=17:41,18:3&amp;limit=</c> (or POST with <c>conversations</c>): what is missing above each sequence. Other
    /// conversations of the caller come without messages, so that he can ask for them next.
    /// </summary>
    public async Task SyncAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var limit = (int)scope.Arguments.Number("limit", UsualPage, 1, options.Limits.PageLength);
        var known = KnownSequences.Read(scope.Arguments, options.Limits.PageLength);
        var uid = scope.ActingUid();
        var write = await sync.ReadAsync(ConversationKey.Shop, scope.Caller, uid, known, limit);
        await Replies.JsonAsync(context, write);
    }

    /// <summary><c>POST /api/v1/read</c>: <c>conversation, seq</c>.</summary>
    public async Task ReadAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var seq = scope.Arguments.Number("seq", 0, 0, long.MaxValue);
        var device = scope.Arguments.Text("client_id") ?? "";
        var (conversation, uid) = await access.RequireAsync(scope);
        var after = await state.MarkReadAsync(conversation, conversation.MemberA == uid, seq, device);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteNumber("seq"u8, after.ReadBy(uid));
            json.WriteNumber("unread"u8, after.UnreadBy(uid));
        });
    }

    /// <summary><c>GET /api/v1/unread</c>: in all, and of each conversation that has some.</summary>
    public async Task UnreadAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var uid = scope.ActingUid();
        var total = await log.UnreadAsync(ConversationKey.Shop, uid);
        var list = await log.ListAsync(ConversationKey.Shop, uid, options.Limits.PageLength, 0);
        await Replies.JsonAsync(context, json =>
        {
            json.WriteNumber("unread"u8, total);
            json.WriteStartObject("conversations"u8);
            foreach (var conversation in list.Where(row => row.UnreadBy(uid) > 0))
            {
                json.WriteNumber(ConversationId.Format(conversation.Id), conversation.UnreadBy(uid));
            }

            json.WriteEndObject();
        });
    }

    /// <summary><c>POST /api/v1/typing</c>: <c>conversation</c>; told to the other side, stored nowhere.</summary>
    public async Task TypingAsync(HttpContext context)
    {
        var scope = await scopes.OpenAsync(context);
        var (conversation, uid) = await access.RequireAsync(scope);
        await typing.TellAsync(conversation, conversation.MemberA == uid);
        await Replies.JsonAsync(context, json => json.WriteNumber("status"u8, 1));
    }
}
