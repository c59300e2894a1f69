using System.Text.Json;
using Portico.WebApi.Hosting;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>What a member misses, for HTTP and for the frame <c>sync</c> alike (PROTOCOL.md).</summary>
internal sealed class SyncPages(ChatLog log, MessageJson view, WebApiOptions options)
{
    /// <summary>
    /// Reads a page above each known sequence and returns what writes the member <c>conversations</c>; <paramref name="only"/> leaves out
    /// those that were not asked for, as who turns pages back needs.
    /// </summary>
    public async Task<Action<Utf8JsonWriter>> ReadAsync(
        string application, Caller caller, string uid, Dictionary<long, long> known, int limit, bool only = false)
    {
        var rows = await log.FindAllAsync(known.Keys, application, uid, only ? 0 : options.Limits.PageLength);
        rows.RemoveAll(row => row.Application != application || !row.HasMember(uid));
        var missing = await log.ReadMissingAsync(
            rows.Where(row => known.ContainsKey(row.Id)).Select(row => (row, known[row.Id])), limit, options.Limits.PageBytes);
        // Who has not named a conversation is told that there is something in it.
        var pages = rows.ConvertAll(row => (Conversation: row, Page: missing.GetValueOrDefault(row.Id) ?? new MessagePage([], row.LastSeq > 0)));
        return json =>
        {
            json.WriteStartObject("conversations"u8);
            pages.ForEach(page => Write(json, caller, uid, page.Conversation, page.Page));
            json.WriteEndObject();
        };
    }

    private void Write(Utf8JsonWriter json, Caller caller, string uid, ConversationRow conversation, MessagePage page)
    {
        json.WriteStartObject(ConversationId.Format(conversation.Id));
        json.WriteStartArray("messages"u8);
        page.Messages.ForEach(message => view.Write(json, caller, conversation, message));
        json.WriteEndArray();
        json.WriteBoolean("more"u8, page.More);
        json.WriteNumber("kept_from"u8, conversation.KeptFrom);
        json.WriteNumber("last_seq"u8, conversation.LastSeq);
        json.WriteNumber("read"u8, conversation.ReadBy(uid));
        json.WriteNumber("peer_read"u8, conversation.ReadBy(conversation.Other(uid)));
        json.WriteString("peer"u8, view.Show(caller, conversation.Other(uid)));
        json.WriteEndObject();
    }
}
