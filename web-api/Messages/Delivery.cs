using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.WebApi.Hosting;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>What goes from the log to the sockets: presence, pushes of messages, small notices. Faults here are never the sender's.</summary>
internal sealed partial class Delivery(IGatewayClient gateways, MessageFrames frames, WebApiOptions options, TimeProvider time, ILogger<Delivery> logger)
{
    /// <summary>Group of all agents of the service application.</summary>
    public const string AgentGroup = "service:agents";

    private static readonly SendOptions ToOld = new() { Subprotocol = MessageFrames.Subprotocol, ExceptSubprotocol = true };
    private static readonly SendOptions ToNew = new() { Subprotocol = MessageFrames.Subprotocol };

    private readonly IGatewayClient _pushes = gateways.WithTimeout(TimeSpan.FromMilliseconds(options.Limits.PushMilliseconds));
    private readonly IGatewayClient _questions = gateways.WithTimeout(TimeSpan.FromMilliseconds(Math.Max(1, options.Limits.PresenceMilliseconds)));
    private readonly Presence _presence = new(gateways.WithTimeout(TimeSpan.FromMilliseconds(Math.Max(1, options.Limits.PresenceMilliseconds))));
    private readonly TimeSpan _patience = TimeSpan.FromMilliseconds(Math.Max(1, options.Limits.PresenceMilliseconds));

    /// <summary>The uid under which a visitor's connections are bound; no uid of the shop can be mistaken for it.</summary>
    public static string VisitorUid(string openid) => "service:" + openid;

    /// <summary>Whether the receiver of a message has a connection; false when nobody says so in time.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Presence is an extra: without an answer the column acc_isonline says 0, and the message goes its way.")]
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
    public async Task PushAsync(PushJob job)
    {
        var (message, at) = (job.Message, job.At);
        var own = new SendOptions { Subprotocol = MessageFrames.Subprotocol, Exclude = ClientId.TryParse(job.SenderClientId, out var device) ? [device] : null };
        var newFrame = frames.New(message, at, job.ClientMsgId);
        if (message.Conversation.Application == ConversationKey.Service && message.FromA)
        {
            await Task.WhenAll(
                _pushes.SendToGroupsAsync([AgentGroup], frames.Old(message, at), ToOld),
                _pushes.SendToGroupsAsync([AgentGroup], newFrame, ToNew),
                _pushes.SendToUidsAsync([VisitorUid(message.Conversation.MemberA)], frames.Own(message, at, job.ClientMsgId), own));
            return;
        }

        // Each is on its way in every gateway's stream when the call returns, so these and the next push keep their order.
        var receiver = AddressOf(message.Conversation, toA: !message.FromA);
        var toOld = _pushes.SendToUidsAsync([receiver], frames.Old(message, at), ToOld);
        var toNew = _pushes.SendToUidsAsync([receiver], newFrame, ToNew);
        var toOwn = message.Conversation.Application == ConversationKey.Service
            ? _pushes.SendToGroupsAsync([AgentGroup], newFrame, own)
            : _pushes.SendToUidsAsync([message.Sender], frames.Own(message, at, job.ClientMsgId), own);
        await Task.WhenAll(toOld, toNew, toOwn);
    }

    /// <summary>Tells the portico.v1 devices of one side of a conversation something.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A notice that gets lost is repaired by the receiver's next sync.")]
    public async Task NotifyAsync(ConversationRow conversation, bool sideA, ReadOnlyMemory<byte> frame, string exceptDevice = "")
    {
        var filter = new SendOptions { Subprotocol = MessageFrames.Subprotocol, Exclude = ClientId.TryParse(exceptDevice, out var device) ? [device] : null };
        try
        {
            _ = conversation.Application == ConversationKey.Service && !sideA
                ? await _pushes.SendToGroupsAsync([AgentGroup], frame, filter)
                : await _pushes.SendToUidsAsync([AddressOf(conversation.Key, sideA)], frame, filter);
        }
        catch (Exception fault)
        {
            LogNoticeFailed(fault.Message);
        }
    }

    private static string AddressOf(ConversationKey conversation, bool toA)
    {
        var member = toA ? conversation.MemberA : conversation.MemberB;
        return conversation.Application == ConversationKey.Service ? VisitorUid(member) : member;
    }

    private async Task<bool> IsAnyAgentOnlineAsync() =>
        (await _questions.CountClientsByGroupsAsync([AgentGroup])).Value.TryGetValue(AgentGroup, out var count) && count > 0;
}
