using System.Collections.Concurrent;
using System.Text.Json;
using Portico.Contracts.Ids;
using Portico.WebApi.Identity;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>The frames that a stored message becomes: one for old clients (docs/dev/applications.md 1.1, 1.2), others for portico.v1 (PROTOCOL.md).</summary>
internal sealed class MessageFrames(OpaqueCodes codes, LogClock clock)
{
    /// <summary>The subprotocol of new clients.</summary>
    public const string Subprotocol = "portico.v1";

    private const int MostCached = 10_000;
    private readonly ConcurrentDictionary<string, string> _codes = new();

    /// <summary>For the receiver's old clients; text is escaped because their pages insert it as HTML.</summary>
    public ReadOnlyMemory<byte> Old(AppendRequest message, AppendResult at) => message.Conversation.Application == ConversationKey.Service
        ? Write(json =>
        {
            json.WriteString("msg"u8, message.Content);
            if (message.FromA)
            {
                json.WriteString("openid"u8, message.Conversation.MemberA);
            }
        })
        : Write(json =>
        {
            WriteHead(json, message, at, message.Type == 1 ? message.Html ?? HtmlText.Escape(message.Content) : null);
            WriteSource(json, message);
        });

    /// <summary>For the receiver's portico.v1 clients.</summary>
    public ReadOnlyMemory<byte> New(AppendRequest message, AppendResult at, string clientMsgId) => Write(json =>
    {
        WriteHead(json, message, at, null);
        WriteSource(json, message);
        WriteNumbers(json, message, at, clientMsgId);
    });

    /// <summary>For the sender's other portico.v1 clients.</summary>
    public ReadOnlyMemory<byte> Own(AppendRequest message, AppendResult at, string clientMsgId) => Write(json =>
    {
        WriteHead(json, message, at, null);
        json.WriteNumber("own"u8, 1);
        WriteAgent(json, message);
        var (member, other) = message.FromA
            ? (message.Conversation.MemberA, message.Conversation.MemberB)
            : (message.Conversation.MemberB, message.Conversation.MemberA);
        json.WriteString("to"u8, Show(other, member));
        WriteNumbers(json, message, at, clientMsgId);
    });

    /// <summary>For agents' portico.v1 clients, when another agent has written.</summary>
    public ReadOnlyMemory<byte> OfAgent(AppendRequest message, AppendResult at, string clientMsgId) => Write(json =>
    {
        WriteHead(json, message, at, null);
        WriteAgent(json, message);
        json.WriteString("to"u8, message.Conversation.MemberA);
        WriteNumbers(json, message, at, clientMsgId);
    });

    /// <summary>A read, typing or recall frame.</summary>
    public static ReadOnlyMemory<byte> Notice(string type, long conversation, long? seq, bool own, long? unread = null) => Write(json =>
    {
        json.WriteString("type"u8, type);
        json.WriteString("conversation"u8, ConversationId.Format(conversation));
        if (seq is { } number)
        {
            json.WriteNumber("seq"u8, number);
        }

        if (own)
        {
            json.WriteNumber("own"u8, 1);
        }

        if (unread is { } count)
        {
            json.WriteNumber("unread"u8, count);
        }
    });

    /// <summary>A uid as a viewer may see it: a merchant sees a buyer's code.</summary>
    public string Show(string uid, string viewer) => Uids.IsMerchant(viewer) && Uids.IsBuyer(uid) ? CodeOf(uid) : uid;

    // Sealing costs more than the rest of a frame, and who writes once writes again.
    private string CodeOf(string uid)
    {
        if (!_codes.TryGetValue(uid, out var code))
        {
            if (_codes.Count >= MostCached)
            {
                _codes.Clear();
            }

            code = _codes.GetOrAdd(uid, codes.Encode(uid));
        }

        return code;
    }

    private void WriteHead(Utf8JsonWriter json, AppendRequest message, AppendResult at, string? html)
    {
        json.WriteString("type"u8, "reception"u8);
        json.WritePropertyName("content"u8);
        if (message.Type == 1)
        {
            json.WriteStringValue(html ?? message.Content);
        }
        else
        {
            json.WriteRawValue(message.Content, skipInputValidation: true);
        }

        json.WriteString("time"u8, clock.TimeOfDay(at.SentAtMs));
        json.WriteNumber("timestamp"u8, at.SentAtMs / 1000);
        json.WriteNumber("c_type"u8, message.Type);
        json.WriteNumber("primary"u8, at.Id);
    }

    private void WriteSource(Utf8JsonWriter json, AppendRequest message)
    {
        if (message.Conversation.Application == ConversationKey.Service)
        {
            WriteAgent(json, message);
            if (message.FromA)
            {
                json.WriteString("openid"u8, message.Conversation.MemberA);
            }
        }
        else if (Uids.IsBuyer(message.Sender))
        {
            json.WriteString("source"u8, CodeOf(message.Sender));
        }
    }

    private static void WriteAgent(Utf8JsonWriter json, AppendRequest message)
    {
        if (message.Conversation.Application == ConversationKey.Service && !message.FromA)
        {
            json.WriteString("agent"u8, message.Sender);
        }
    }

    private static void WriteNumbers(Utf8JsonWriter json, AppendRequest message, AppendResult at, string clientMsgId)
    {
        json.WriteString("conversation"u8, ConversationId.Format(at.ConversationId));
        json.WriteNumber("seq"u8, at.Seq);
        json.WriteNumber("sent_at"u8, at.SentAtMs);
        if (clientMsgId.Length > 0)
        {
            json.WriteString("client_msg_id"u8, clientMsgId);
        }

        if (message.Parts is not null)
        {
            json.WritePropertyName("parts"u8);
            json.WriteRawValue(message.Parts, skipInputValidation: true);
        }
    }

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> fill) => JsonText.Write(fill, static (json, members) => members(json)).ToArray();
}
