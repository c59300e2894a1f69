using System.Security.Cryptography;
using System.Text;
using Portico.WebApi.Identity;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Messages;

/// <summary>
/// The one road of every message, from HTTP or from a worker: check, ask presence, append (committed, numbered), push in the order of the
/// numbers, answer. "Stored" is never said before the commit.
/// </summary>
internal sealed class SendMessage(
    ChatLog log, Delivery delivery, Pusher pusher, Recipients recipients, MessageContent contents, ServiceDesk desk, SendLimits limits)
{
    private const int LongestClientMsgId = 64;

    /// <summary>Takes a message the whole way.</summary>
    public async Task<SendOutcome> SendAsync(SendCommand command)
    {
        var outcome = await TakeAsync(command);
        WebApiMeter.Sent(command.Application == ConversationKey.Service ? ConversationKey.Service : ConversationKey.Shop, WordOf(outcome));
        return outcome;
    }

    private static string WordOf(in SendOutcome outcome) => outcome.Status switch
    {
        SendStatus.Stored => outcome.Repeated ? "repeated" : "stored",
        SendStatus.Invalid => "invalid",
        SendStatus.UnknownRecipient => "unknown_recipient",
        SendStatus.Conflict => "conflict",
        SendStatus.NotHolder => "not_holder",
        SendStatus.AtCapacity => "at_capacity",
        SendStatus.TooFast => "too_fast",
        _ => "unavailable",
    };

    private async Task<SendOutcome> TakeAsync(SendCommand command)
    {
        if (FaultOf(command) is { } fault)
        {
            return SendOutcome.Failed(SendStatus.Invalid, fault);
        }

        // Before anything that costs more than a look: what is refused for another reason counts as well.
        var isAgent = command.Application == ConversationKey.Service && command.Recipient.Length > 0;
        var allowance = command.ByBackend ? null : limits.Of(command.Application, command.Sender, isAgent);
        if (allowance?.TakeMessage() is { Ticks: > 0 } wait)
        {
            return TooFast("Too many messages", wait);
        }

        if (recipients.Find(command.Application, command.Sender, command.Recipient, command.ByBackend) is not { } to
            || !(command.ByBackend || await recipients.IsKnownAsync(to)))
        {
            return SendOutcome.Failed(SendStatus.UnknownRecipient, "The recipient is unknown.");
        }

        var (content, error) = await contents.ResolveAsync(command.Type, command.Content, command.ByBackend, mayBeEmpty: command.Parts is not null);
        return content is null
            ? SendOutcome.Failed(SendStatus.Invalid, error ?? "content is wrong.")
            : await StoreAsync(command, to, content, allowance);
    }

    private async Task<SendOutcome> StoreAsync(SendCommand command, Recipient to, string content, SenderAllowance? allowance)
    {
        var (conversation, fromA, _) = to;
        var key = command.ClientMsgId.Length > 0 ? "m:" + command.ClientMsgId : command.EventId.Length > 0 ? "e:" + command.EventId : null;
        var bytes = allowance is null ? 0L : SizeOf(command, content);
        var opens = allowance is null || await recipients.IsOpenAsync(conversation) ? 0L : 1L;
        if (allowance?.TakeOfDay(bytes, opens) is { Wait.Ticks: > 0 } over)
        {
            // A repetition takes no room, so it gets its answer.
            if (key is null || !await log.IsKeyKnownAsync(command.Sender, key))
            {
                return TooFast(over.ForConversations ? "Enough new conversations for 24 hours" : "Enough text for 24 hours", over.Wait);
            }

            (bytes, opens) = (0, 0);
        }

        var isService = conversation.Application == ConversationKey.Service;
        var visit = isService ? await desk.EnterAsync(command, conversation.MemberA, fromA) : default;
        if (visit.Refusal is { } refusal)
        {
            allowance?.Return(0, bytes, opens);
            return refusal;
        }

        var request = new AppendRequest
        {
            Conversation = conversation,
            FromA = fromA,
            Sender = command.Sender,
            Type = command.Type,
            Content = content,
            Parts = command.Parts,
            Html = command.Html,
            Seen = command.Seen,
            ReceiverOnline = await delivery.IsReceiverOnlineAsync(conversation, fromA),
            IdempotencyKey = key,
            Fingerprint = key is null ? null : Fingerprint(conversation, command),
        };
        var result = await log.AppendAsync(request, (message, at) =>
        {
            if (at.Status == AppendStatus.Stored)
            {
                pusher.Post(new PushJob(message, at, command.ClientMsgId, command.SenderClientId, visit.Holder ?? ""));
            }
        });
        if (result.Status != AppendStatus.Stored)
        {
            // The try that stored it was charged, or the next one will be.
            allowance?.Return(result.Status == AppendStatus.Conflict ? 0 : 1, bytes, opens);
        }
        else if (result.Seq > 1)
        {
            // Of two that came at once, one has opened it.
            allowance?.Return(0, 0, opens);
        }

        if (isService && result.Status == AppendStatus.Stored)
        {
            await desk.LeaveAsync(visit, command, conversation.MemberA, fromA);
        }

        // A product may have changed, and the message may have been taken back, since the first of equal sends: what counts is in the log.
        var earlier = result.Status == AppendStatus.Repeated ? await log.ReadAsync(result.ConversationId, result.Seq) : null;
        return ToOutcome(result) with
        {
            Content = earlier?.Content ?? (command.Type == 1 ? null : content),
            Parts = earlier is null ? command.Parts : earlier.Parts,
            Recalled = earlier?.RecalledAtMs is not null,
        };
    }

    private static SendOutcome TooFast(string what, TimeSpan wait)
    {
        var outcome = SendOutcome.Failed(SendStatus.TooFast, "", wait);
        return outcome with { Error = $"{what}; try again in {outcome.RetrySeconds} s." };
    }

    private static long SizeOf(SendCommand command, string content) =>
        Encoding.UTF8.GetByteCount(content) + Encoding.UTF8.GetByteCount(command.Parts ?? "") + Encoding.UTF8.GetByteCount(command.Html ?? "");

    private static SendOutcome ToOutcome(in AppendResult result) => result.Status switch
    {
        AppendStatus.Conflict => SendOutcome.Failed(SendStatus.Conflict, "client_msg_id was used for another message."),
        AppendStatus.Unavailable => SendOutcome.Failed(SendStatus.Unavailable, "The message could not be stored now; try again with the same client_msg_id."),
        _ => new SendOutcome(SendStatus.Stored, result.Id, result.ConversationId, result.Seq, result.SentAtMs, result.Status == AppendStatus.Repeated, null),
    };

    private static string? FaultOf(SendCommand command)
    {
        if (command.Application is not (ConversationKey.Shop or ConversationKey.Service))
        {
            return "application must be shop or service.";
        }

        if (!Uids.IsValid(command.Sender))
        {
            return "sender is not a uid.";
        }

        return IsKey(command.ClientMsgId, LongestClientMsgId) && IsKey(command.EventId, LongestClientMsgId)
            ? null
            : $"client_msg_id must be 1 to {LongestClientMsgId} printable ASCII characters without blanks.";
    }

    private static bool IsKey(string text, int longest) => text.Length <= longest && text.All(c => c is > ' ' and < '\u007f');

    // Of what was asked, not of what is stored: a product may change between two tries.
    private static byte[] Fingerprint(ConversationKey conversation, SendCommand command)
    {
        var text = $"{conversation.Application}\n{conversation.MemberA}\n{conversation.MemberB}\n{command.Type}\n{command.Asked ?? command.Content}";
        return SHA256.HashData(Encoding.UTF8.GetBytes(text))[..16];
    }
}
