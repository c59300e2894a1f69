using System.Data.Common;
using Grpc.Core;
using Portico.Contracts.Protos.Messages;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;
using RpcException = Grpc.Core.RpcException;
using SendStatus = Portico.Contracts.Protos.Messages.SendStatus;

namespace Portico.WebApi.Endpoints;

/// <summary>The gRPC service <c>portico.messages.v1.MessageLog</c> for workers. They say who the sender is; a merchant's code is resolved here.</summary>
internal sealed class MessageLogService(
    SendMessage road, ChatLog log, ReadState state, Typing typing, MessageFrames frames, ClientFrames clientFrames, ServiceRequests service,
    WebApiOptions options, StoreOutage outage)
    : MessageLog.MessageLogBase
{
    private const int UsualPage = 200;

    /// <inheritdoc/>
    public override Task<SendReply> Send(SendRequest request, ServerCallContext context) => GuardAsync(() => SendAsync(request));

    /// <inheritdoc/>
    public override Task<SyncReply> Sync(SyncRequest request, ServerCallContext context) => GuardAsync(() => SyncAsync(request));

    /// <inheritdoc/>
    public override Task<MarkReadReply> MarkRead(MarkReadRequest request, ServerCallContext context) => GuardAsync(() => MarkReadAsync(request));

    /// <inheritdoc/>
    public override Task<RecallReply> Recall(RecallRequest request, ServerCallContext context) => GuardAsync(() => RecallAsync(request));

    /// <inheritdoc/>
    public override Task<TypingReply> Typing(TypingRequest request, ServerCallContext context) => GuardAsync(() => TypingAsync(request));

    /// <inheritdoc/>
    public override Task<HandleReply> Handle(HandleRequest request, ServerCallContext context) => GuardAsync(() => HandleAsync(request));

    /// <inheritdoc/>
    public override Task<GreetReply> Greet(GreetRequest request, ServerCallContext context) => GuardAsync(() => GreetAsync(request));

    /// <inheritdoc/>
    public override Task<ConversationsReply> Conversations(ConversationsRequest request, ServerCallContext context) =>
        GuardAsync(() => ConversationsAsync(request));

    private async Task<SendReply> SendAsync(SendRequest request)
    {
        var outcome = await road.SendAsync(new SendCommand
        {
            Application = request.Application,
            Sender = request.Sender,
            Recipient = request.Recipient,
            Type = (int)request.Type,
            Content = request.Content,
            ClientMsgId = request.ClientMsgId,
            EventId = request.EventId,
            SenderClientId = request.SenderClientId,
            ByQueue = request.ByQueue,
            Seen = request.HasSeen ? request.Seen : null,
        });
        var reply = new SendReply
        {
            Status = outcome.Status switch
            {
                Messages.SendStatus.Stored => SendStatus.Stored,
                Messages.SendStatus.Invalid => SendStatus.Invalid,
                Messages.SendStatus.UnknownRecipient => SendStatus.UnknownRecipient,
                Messages.SendStatus.Conflict => SendStatus.Conflict,
                Messages.SendStatus.NotHolder => SendStatus.NotHolder,
                Messages.SendStatus.AtCapacity => SendStatus.AtCapacity,
                Messages.SendStatus.TooFast => SendStatus.TooFast,
                _ => SendStatus.Unavailable,
            },
            Id = outcome.Id,
            Conversation = outcome.Conversation > 0 ? ConversationId.Format(outcome.Conversation) : "",
            Sequence = outcome.Seq,
            SentAtMs = outcome.SentAtMs,
            RepeatedSend = outcome.Repeated,
            Error = outcome.Error ?? "",
            Parts = outcome.Parts ?? "",
            Recalled = outcome.Recalled,
            RetryAfterSeconds = outcome.RetrySeconds,
        };
        if (outcome.Content is { } content)
        {
            reply.Content = content;
        }

        return reply;
    }

    private async Task<SyncReply> SyncAsync(SyncRequest request)
    {
        var conversation = await RequireAsync(request.Conversation, request.Uid);
        var limit = request.Limit == 0 ? UsualPage : (int)Math.Min(request.Limit, options.Limits.PageLength);
        var page = await log.ReadAfterAsync(conversation.Id, request.After, limit, options.Limits.PageBytes);
        var reply = new SyncReply { More = page.More, KeptFrom = conversation.KeptFrom };
        foreach (var message in page.Messages)
        {
            reply.Messages.Add(new LogEntry
            {
                Id = message.Id,
                Conversation = request.Conversation,
                Sequence = message.Seq,
                Sender = frames.Show(message.Sender, request.Uid),
                Recipient = frames.Show(message.FromA ? conversation.MemberB : conversation.MemberA, request.Uid),
                Type = (uint)message.Type,
                Content = message.Content,
                Parts = message.Parts ?? "",
                SentAtMs = message.SentAtMs,
                Recalled = message.RecalledAtMs is not null,
            });
        }

        return reply;
    }

    private async Task<MarkReadReply> MarkReadAsync(MarkReadRequest request)
    {
        var conversation = await RequireAsync(request.Conversation, request.Uid);
        var after = await state.MarkReadAsync(conversation, conversation.MemberA == request.Uid, request.Sequence, request.ClientId);
        return new MarkReadReply { Sequence = after.ReadBy(request.Uid), Unread = after.UnreadBy(request.Uid) };
    }

    private async Task<RecallReply> RecallAsync(RecallRequest request)
    {
        var conversation = await RequireAsync(request.Conversation, request.Uid);
        var outcome = await state.RecallAsync(conversation, request.Uid, request.Sequence);
        return new RecallReply
        {
            Status = outcome switch
            {
                RecallOutcome.Done => RecallStatus.Recalled,
                RecallOutcome.NotYours => RecallStatus.NotAllowed,
                RecallOutcome.TooLate => RecallStatus.TooLate,
                _ => RecallStatus.UnknownMessage,
            },
        };
    }

    private async Task<TypingReply> TypingAsync(TypingRequest request)
    {
        var conversation = await RequireAsync(request.Conversation, request.Uid);
        await typing.TellAsync(conversation, conversation.MemberA == request.Uid);
        return new TypingReply();
    }

    private async Task<HandleReply> HandleAsync(HandleRequest request)
    {
        var answer = await clientFrames.HandleAsync(new FrameSender(request.Application, request.Uid, request.Agent, request.ClientId), request.Frame.Memory);
        return new HandleReply
        {
            Known = answer is not null,
            Answer = answer is { } frame
            ? Google.Protobuf.ByteString.CopyFrom(frame.Span)
            : Google.Protobuf.ByteString.Empty
        };
    }

    private async Task<GreetReply> GreetAsync(GreetRequest request)
    {
        var from = new FrameSender(request.Application, request.Uid, request.Agent, "");
        var reply = new GreetReply();
        if (request.Application == ConversationKey.Service && from.IsSomebody)
        {
            var frames = await service.GreetAsync(from);
            reply.Frames.AddRange(frames.Select(frame => Google.Protobuf.ByteString.CopyFrom(frame.Span)));
        }

        return reply;
    }

    private async Task<ConversationsReply> ConversationsAsync(ConversationsRequest request)
    {
        var limit = request.Limit == 0 ? UsualPage : (int)Math.Min(request.Limit, options.Limits.PageLength);
        var list = await log.ListAsync(request.Application, request.Uid, limit + 1, (int)Math.Min(request.Offset, int.MaxValue));
        var reply = new ConversationsReply { More = list.Count > limit, Unread = await log.UnreadAsync(request.Application, request.Uid) };
        foreach (var row in list.Take(limit))
        {
            reply.Conversations.Add(new ConversationEntry
            {
                Conversation = ConversationId.Format(row.Id),
                Peer = frames.Show(row.Other(request.Uid), request.Uid),
                LastSequence = row.LastSeq,
                KeptFrom = row.KeptFrom,
                Read = row.ReadBy(request.Uid),
                PeerRead = row.ReadBy(row.Other(request.Uid)),
                Unread = row.UnreadBy(request.Uid),
                LastAtMs = row.LastAtMs,
            });
        }

        return reply;
    }

    private async Task<ConversationRow> RequireAsync(string name, string uid) =>
        ConversationId.TryParse(name, out var id)
        && await log.FindAsync(id) is { } conversation
        && (conversation.HasMember(uid) || (uid.Length == 0 && conversation.Application == ConversationKey.Service))
            ? conversation
            : throw new RpcException(new Status(StatusCode.NotFound, "there is no such conversation"));

    // A database that is away is no fault of ours: the worker is told so, and the log needs no stack of each call.
    private async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (fault is StoreUnavailableException or DbException)
        {
            outage.CallRefused(fault);
            throw new RpcException(new Status(StatusCode.Unavailable, "the message log is away"));
        }
    }
}
