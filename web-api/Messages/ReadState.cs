using Portico.WebApi.Hosting;
using Portico.WebApi.Media;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>What happens to messages after they were stored: read, recalled, and the notices of it.</summary>
internal sealed class ReadState(
    ChatLog log, Delivery delivery, QueueChanges queue, PictureRemoval pictures, ErasedText erased, WebApiOptions options)
{
    /// <summary>Advances a member's cursor and tells the other side and the member's other devices.</summary>
    public async Task<ConversationRow> MarkReadAsync(ConversationRow conversation, bool memberA, long seq, string device = "")
    {
        var before = memberA ? conversation.ReadByA : conversation.ReadByB;
        var after = await log.MarkReadAsync(conversation.Id, memberA, seq) ?? conversation;
        var cursor = memberA ? after.ReadByA : after.ReadByB;
        if (cursor > before)
        {
            if (after.Application == ConversationKey.Service)
            {
                Note(after.MemberA, memberA);
            }

            await Task.WhenAll(
                delivery.NotifyAsync(after, !memberA, MessageFrames.Notice("read", after.Id, cursor, own: false)),
                delivery.NotifyAsync(after, memberA, MessageFrames.Notice("read", after.Id, cursor, own: true, after.Unread(memberA)), device));
        }

        return after;
    }

    /// <summary>Takes a message back and tells both sides.</summary>
    public async Task<RecallOutcome> RecallAsync(ConversationRow conversation, string uid, long seq)
    {
        if (await log.ReadAsync(conversation.Id, seq) is not { } message)
        {
            return RecallOutcome.Unknown;
        }

        // A visitor may have the name of an agent: the side decides too.
        if (message.Sender != uid || (conversation.Application == ConversationKey.Service && conversation.HasMember(uid) != message.FromA))
        {
            return RecallOutcome.NotYours;
        }

        if (message.RecalledAtMs is not null)
        {
            return RecallOutcome.Done;
        }

        var notBefore = log.Clock.NowMs - (options.Limits.RecallSeconds * 1000L);
        if (!await log.RecallAsync(conversation.Id, seq, message.FromA, notBefore))
        {
            return RecallOutcome.TooLate;
        }

        await pictures.RemoveRecalledAsync(conversation, message);
        erased.Note();
        var frame = MessageFrames.Notice("recall", conversation.Id, seq, own: false);

        // Agents who do not hold the conversation may have the message on their screens, and may get the conversation next.
        await Task.WhenAll(delivery.NotifyAsync(conversation, sideA: true, frame), delivery.NotifyAsync(conversation, sideA: false, frame, toAllAgents: true));
        await TellUnreadAsync(conversation.Id, ofA: !message.FromA, seq);
        return RecallOutcome.Done;
    }

    // What was recalled unread is not unread any more: the receiver's devices are told how much is.
    private async Task TellUnreadAsync(long conversation, bool ofA, long seq)
    {
        if (await log.FindAsync(conversation) is not { } after || (ofA ? after.ReadByA : after.ReadByB) is var cursor && cursor >= seq)
        {
            return;
        }

        if (after.Application == ConversationKey.Service)
        {
            Note(after.MemberA, ofA);
        }

        await delivery.NotifyAsync(after, ofA, MessageFrames.Notice("read", after.Id, cursor, own: true, after.Unread(ofA)));
    }

    private void Note(string openid, bool visitor)
    {
        if (visitor)
        {
            queue.NoteUnread(openid);
        }
        else
        {
            queue.Note(QueueChange.Counts);
        }
    }
}
