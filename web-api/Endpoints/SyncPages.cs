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
    public async Task<Action<Utf8JsonWriter>> ReadAsync(string application, Caller caller, string uid, Dictionary<long, long> known, int limit, bool only = false)
    {
        var listed = only ? [] : await log.ListAsync(application, uid, options.Limits.PageLength, 0);
        var pages = new List<(ConversationRow Conversation, List<MessageRow> Messages, bool More)>();
        foreach (var (id, after) in known)
        {
            var conversation = listed.Find(row => row.Id == id) ?? await log.FindAsync(id);
            if (conversation is not null && conversation.Application == application && conversation.HasMember(uid))
            {
                var messages = await log.ReadAfterAsync(id, after, limit + 1);
                pages.Add((conversation, messages.Take(limit).ToList(), messages.Count > limit));
            }
        }

        pages.AddRange(listed.Where(row => !known.ContainsKey(row.Id)).Select(row => (row, new List<MessageRow>(), row.LastSeq > 0)));
        return json =>
        {
            json.WriteStartObject("conversations"u8);
            pages.ForEach(page => Write(json, caller, uid, page.Conversation, page.Messages, page.More));
            json.WriteEndObject();
        };
    }

    private void Write(Utf8JsonWriter json, Caller caller, string uid, ConversationRow conversation, List<MessageRow> messages, bool more)
    {
        json.WriteStartObject(ConversationId.Format(conversation.Id));
        json.WriteStartArray("messages"u8);
        messages.ForEach(message => view.Write(json, caller, conversation, message));
        json.WriteEndArray();
        json.WriteBoolean("more"u8, more);
        json.WriteNumber("kept_from"u8, conversation.KeptFrom);
        json.WriteNumber("last_seq"u8, conversation.LastSeq);
        json.WriteNumber("read"u8, conversation.ReadBy(uid));
        json.WriteNumber("peer_read"u8, conversation.ReadBy(conversation.Other(uid)));
        json.WriteString("peer"u8, view.Show(caller, conversation.Other(uid)));
        json.WriteEndObject();
    }
}
