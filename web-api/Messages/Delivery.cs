using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.WebApi.Hosting;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>What goes from the log to the sockets: presence, pushes of messages, small notices. Faults here are never the sender's.</summary>
internal sealed partial class Delivery(
    IGatewayClient gateways, PushQueues pushes, MessageFrames frames, ServiceCases cases, QueueChanges queue, WebApiOptions options,
    TimeProvider time, ILogger<Delivery> logger)
{
    /// <summary>Group of all agents of the service application.</summary>
    public const string AgentGroup = "service:agents";

    private const string AgentUidPrefix = "service-agent:";

    // Frames of one message that a client may get; part of a push's name, so their numbers stay.
    private const int OldFrame = 1;
    private const int NewFrame = 2;
    private const int OwnFrame = 3;
    private const int VisitorFrame = 4;
    private const int AgentFrame = 5;
    private const int NewHolderFrame = 6;

    private static readonly SendOptions ToOld = new() { Subprotocol = MessageFrames.Subprotocol, ExceptSubprotocol = true };
    private static readonly SendOptions ToNew = new() { Subprotocol = MessageFrames.Subprotocol };

    private readonly IGatewayClient _pushes = gateways.WithTimeout(TimeSpan.FromMilliseconds(options.Limits.PushMilliseconds));
    private readonly IGatewayClient _questions = gateways.WithTimeout(TimeSpan.FromMilliseconds(Math.Max(1, options.Limits.PresenceMilliseconds)));
    private readonly Presence _presence = new(gateways.WithTimeout(TimeSpan.FromMilliseconds(Math.Max(1, options.Limits.PresenceMilliseconds))));
    private readonly TimeSpan _patience = TimeSpan.FromMilliseconds(Math.Max(1, options.Limits.PresenceMilliseconds));

    /// <summary>The uid under which a visitor's connections are bound; no uid of the shop can be mistaken for it.</summary>
    public static string VisitorUid(string openid) => "service:" + openid;

    /// <summary>The uid of an agent's portico.v1 connections.</summary>
    public static string AgentUid(string name) => AgentUidPrefix + name;

    /// <summary>Whether the receiver of a message has a connection; false when nobody says so in time.</summary>
    [SuppressMessage(
        "Design", "CA1031", Justification = "Presence is an extra: without an answer the column acc_isonline says 0, and the message goes its way.")]
    public async ValueTask<bool> IsReceiverOnlineAsync(ConversationKey conversation, bool fromA)
    {
        try
        {
            var answer = conversation.Application == ConversationKey.Service && fromA
                ? new(IsAnyAgentOnlineAsync())
                : _presence.IsOnlineAsync(AddressOf(conversation, toA: !fromA));
            return answer.IsCompletedSuccessfully ? await answer : await answer.AsTask().WaitAsync(_patience, time);
        }
        catch (TimeoutException)
        {
            // The time is over: 0.
            return false;
        }
        catch (Exception fault)
        {
            LogPresenceFailed(fault.Message);
            return false;
        }
    }

    /// <summary>Pushes a stored message to the receiver's devices and the sender's other portico.v1 devices.</summary>
    /// <returns>True when every gateway confirmed it; false when what was not confirmed is repeated.</returns>
    public async Task<bool> PushAsync(PushJob job)
    {
        var (message, at) = (job.Message, job.At);
        if (message.Conversation.Application == ConversationKey.Service)
        {
            return await PushToServiceAsync(job);
        }

        // Each is on its way in every gateway's stream when the call returns, so these and the next push keep their order.
        var receiver = AddressOf(message.Conversation, toA: !message.FromA);
        var toOld = SendAsync(job, OldFrame, receiver, frames.Old(message, at), ToOld);
        var toNew = SendAsync(job, NewFrame, receiver, frames.New(message, at, job.ClientMsgId), ToNew);
        var toOwn = SendAsync(job, OwnFrame, message.Sender, frames.Own(message, at, job.ClientMsgId), ToNew with { Exclude = Except(job.SenderClientId) });
        return await toOld & await toNew & await toOwn;
    }

    /// <summary>Tells the portico.v1 devices of one side of a conversation something: of the agents all, or only the holder's when somebody holds it.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A notice that gets lost is repaired by the receiver's next sync.")]
    public async Task NotifyAsync(
        ConversationRow conversation, bool sideA, ReadOnlyMemory<byte> frame, string exceptDevice = "", bool toAllAgents = false, bool isPassing = false)
    {
        var filter = ToNew with { Exclude = Except(exceptDevice) };
        try
        {
            if (conversation.Application == ConversationKey.Service && !sideA)
            {
                await NoticeToAgentsAsync(toAllAgents ? null : (await cases.FindOpenAsync(conversation.MemberA))?.Agent, frame, filter, isPassing);
            }
            else
            {
                await NoticeAsync(AddressOf(conversation.Key, sideA), frame, filter, isPassing: isPassing);
            }
        }
        catch (Exception fault)
        {
            LogNoticeFailed(fault.Message);
        }
    }

    /// <summary>Tells a visitor's portico.v1 connection something of the queue.</summary>
    public Task TellVisitorAsync(string openid, ReadOnlyMemory<byte> frame) => TellAsync(() => NoticeAsync(VisitorUid(openid), frame, ToNew));

    /// <summary>Tells an agent's portico.v1 connections something, one of them left out or not.</summary>
    public Task TellAgentAsync(string agent, ReadOnlyMemory<byte> frame, string exceptDevice = "") => TellAsync(
        () => NoticeAsync(AgentUid(agent), frame, ToNew with { Exclude = Except(exceptDevice) }));

    /// <summary>Tells all agents' portico.v1 connections something.</summary>
    public Task TellAgentsAsync(ReadOnlyMemory<byte> frame) => TellAsync(() => NoticeAsync(AgentGroup, frame, ToNew, isGroup: true));

    /// <summary>
    /// Tells a visitor how much he has not read. What is sent may be overtaken by a change of the next moment, so it is looked at
    /// again afterwards: the last badge is the right one.
    /// </summary>
    public async Task TellUnreadAsync(string openid)
    {
        var told = -1L;
        for (var unread = await cases.UnreadByVisitorAsync(openid); unread != told; unread = await cases.UnreadByVisitorAsync(openid))
        {
            told = unread;
            await TellVisitorAsync(openid, ServiceFrames.Badge(unread));
        }
    }

    /// <summary>Names of the agents who have a portico.v1 connection; whether every gateway has answered.</summary>
    public async Task<(List<string> Names, bool Complete)> ListAgentsAsync()
    {
        var uids = await _pushes.GetUidsByGroupsAsync([AgentGroup]);
        return ([.. uids.Value
            .Where(uid => uid.StartsWith(AgentUidPrefix, StringComparison.Ordinal))
            .Select(uid => uid[AgentUidPrefix.Length..])
            .Order(StringComparer.Ordinal)], uids.IsComplete);
    }

    /// <summary>Those of the visitors who have a connection, or may have one: a gateway that has not answered may hold it.</summary>
    public async Task<List<string>> OnlineVisitorsAsync(IReadOnlyCollection<string> openids)
    {
        var online = await _pushes.AreUidsOnlineAsync([.. openids.Select(VisitorUid)]);
        return [.. openids.Where(openid => !online.IsComplete || online.Value.GetValueOrDefault(VisitorUid(openid)))];
    }

    [SuppressMessage("Design", "CA1031", Justification = "What gets lost is told again when the client connects, or at the queue's next change.")]
    private async Task TellAsync(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (Exception fault)
        {
            LogNoticeFailed(fault.Message);
        }
    }

    // Old agents see everything; agents of portico.v1 what nobody holds, and the holder what is his. Nothing is awaited before all are on
    // their way, so that pushes keep their order.
    private async Task<bool> PushToServiceAsync(PushJob job)
    {
        var (message, at) = (job.Message, job.At);
        var openid = message.Conversation.MemberA;
        var others = ToNew with { Exclude = Except(job.SenderClientId) };
        var forVisitor = message.FromA ? frames.Own(message, at, job.ClientMsgId) : frames.New(message, at, job.ClientMsgId);
        var forAgents = message.FromA ? frames.New(message, at, job.ClientMsgId)
            : job.Holder == message.Sender ? frames.Own(message, at, job.ClientMsgId)
            : frames.OfAgent(message, at, job.ClientMsgId);
        var toOld = SendAsync(job, OldFrame, message.FromA ? AgentGroup : VisitorUid(openid), frames.Old(message, at), ToOld, isGroup: message.FromA);
        var toVisitor = SendAsync(job, VisitorFrame, VisitorUid(openid), forVisitor, others);
        var toAgents = SendToAgentsAsync(job, AgentFrame, job.Holder, forAgents, others);
        var all = await toOld & await toVisitor & await toAgents;

        // Whoever got the conversation in the meantime may have asked for its messages before this one was stored.
        if ((await cases.FindOpenAsync(openid))?.Agent is { Length: > 0 } holder && holder != job.Holder)
        {
            all &= await SendToAgentsAsync(job, NewHolderFrame, holder, forAgents, others);
        }

        if (!message.FromA)
        {
            queue.NoteUnread(openid);
        }

        return all;
    }

    private Task<bool> SendToAgentsAsync(PushJob job, int kind, string? holder, ReadOnlyMemory<byte> frame, SendOptions options) => string.IsNullOrEmpty(holder)
        ? SendAsync(job, kind, AgentGroup, frame, options, isGroup: true)
        : SendAsync(job, kind, AgentUid(holder), frame, options);

    private Task<bool> SendAsync(PushJob job, int kind, string name, ReadOnlyMemory<byte> frame, SendOptions options, bool isGroup = false) => pushes.SendAsync(
        new PushPart(name, isGroup, frame, options with { Push = PushPart.NameOf(job.At.Id, kind) }) { DueAt = time.GetTimestamp(), AgeWhenDue = job.Age });

    private Task<bool> NoticeToAgentsAsync(string? holder, ReadOnlyMemory<byte> frame, SendOptions options, bool isPassing) => string.IsNullOrEmpty(holder)
        ? NoticeAsync(AgentGroup, frame, options, isGroup: true, isPassing)
        : NoticeAsync(AgentUid(holder), frame, options, isPassing: isPassing);

    private Task<bool> NoticeAsync(string name, ReadOnlyMemory<byte> frame, SendOptions options, bool isGroup = false, bool isPassing = false) =>
        pushes.SendAsync(
        new PushPart(name, isGroup, frame, options with { Push = PushPart.NameOfNotice() }) { DueAt = time.GetTimestamp(), IsPassing = isPassing });

    private static ClientId[]? Except(string device) => ClientId.TryParse(device, out var client) ? [client] : null;

    private static string AddressOf(ConversationKey conversation, bool toA)
    {
        var member = toA ? conversation.MemberA : conversation.MemberB;
        return conversation.Application == ConversationKey.Service ? VisitorUid(member) : member;
    }

    private async Task<bool> IsAnyAgentOnlineAsync() =>
        (await _questions.CountClientsByGroupsAsync([AgentGroup])).Value.TryGetValue(AgentGroup, out var count) && count > 0;
}
