using System.Text.Json;
using Portico.Contracts.Ids;
using Portico.WebApi.Identity;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>Writes messages and conversations for a caller: backends see uids, a merchant's token sees codes in place of buyers.</summary>
internal sealed class MessageJson(OpaqueCodes codes)
{
    /// <summary>A uid as the caller may see it.</summary>
    public string Show(Caller caller, string uid) =>
        caller.Uid is { } viewer && Uids.IsMerchant(viewer) && Uids.IsBuyer(uid) ? codes.Encode(uid) : uid;

    /// <summary>The object of one message.</summary>
    public void Write(Utf8JsonWriter json, Caller caller, ConversationRow conversation, MessageRow message)
    {
        var recipient = message.FromA ? conversation.MemberB : conversation.MemberA;
        json.WriteStartObject();
        json.WriteNumber("id"u8, message.Id);
        json.WriteString("conversation"u8, ConversationId.Format(message.ConversationId));
        json.WriteNumber("seq"u8, message.Seq);
        json.WriteString("sender"u8, Show(caller, message.Sender));
        json.WriteString("recipient"u8, Show(caller, recipient));
        json.WriteNumber("type"u8, message.Type);
        WriteContent(json, message);
        json.WriteNumber("sent_at"u8, message.SentAtMs);
        if (message.ClientMsgId is { } clientMsgId)
        {
            json.WriteString("client_msg_id"u8, clientMsgId);
        }

        json.WriteEndObject();
    }

    /// <summary><c>content</c>, <c>parts</c> and <c>recalled</c> of a message.</summary>
    public static void WriteContent(Utf8JsonWriter json, MessageRow message)
    {
        json.WritePropertyName("content"u8);
        if (message.Type == 1 || message.RecalledAtMs is not null)
        {
            json.WriteStringValue(message.Content);
        }
        else
        {
            json.WriteRawValue(message.Content, skipInputValidation: true);
        }

        if (message.Parts is not null)
        {
            json.WritePropertyName("parts"u8);
            json.WriteRawValue(message.Parts, skipInputValidation: true);
        }

        if (message.RecalledAtMs is not null)
        {
            json.WriteBoolean("recalled"u8, true);
        }
    }

    /// <summary>The object of one conversation, as a member sees it, with its last message when that is at hand.</summary>
    public void Write(Utf8JsonWriter json, Caller caller, ConversationRow conversation, string uid, MessageRow? last = null)
    {
        json.WriteStartObject();
        json.WriteString("conversation"u8, ConversationId.Format(conversation.Id));
        json.WriteString("peer"u8, Show(caller, conversation.Other(uid)));
        json.WriteNumber("last_seq"u8, conversation.LastSeq);
        json.WriteNumber("kept_from"u8, conversation.KeptFrom);
        json.WriteNumber("read"u8, conversation.ReadBy(uid));
        json.WriteNumber("peer_read"u8, conversation.ReadBy(conversation.Other(uid)));
        json.WriteNumber("unread"u8, conversation.UnreadBy(uid));
        json.WriteNumber("last_at"u8, conversation.LastAtMs);
        if (last is not null)
        {
            json.WritePropertyName("last"u8);
            Write(json, caller, conversation, last);
        }

        json.WriteEndObject();
    }
}
