using System.Data.Common;
using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Service;

/// <summary>
/// What the queue has to say to messages of the service application on their road. A visitor's message queues him if nobody has him, before it is
/// stored: should this process end in between, a case without a message waits, and never a message without a case.
/// </summary>
internal sealed class ServiceDesk(ServiceCases cases, VisitorPresence presence, QueueChanges changes, Delivery delivery)
{
    /// <summary>Before the message is stored.</summary>
    public async Task<DeskVisit> EnterAsync(SendCommand command, string openid, bool fromVisitor)
    {
        try
        {
            return fromVisitor ? await EnterVisitorAsync(command, openid) : await EnterAgentAsync(command, openid);
        }
        catch (Exception fault) when (fault is DbException or StoreUnavailableException)
        {
            return Refuse(SendStatus.Unavailable, "The message could not be stored now; try again with the same client_msg_id.");
        }
    }

    /// <summary>After it was stored.</summary>
    public async Task LeaveAsync(DeskVisit visit, SendCommand command, string openid, bool fromVisitor)
    {
        if (visit.HadUnread)
        {
            changes.NoteUnread(openid);
        }

        if (!fromVisitor && visit.Change == QueueChange.Places && await cases.AnsweredAsync(command.Sender, openid))
        {
            await delivery.TellVisitorAsync(openid, ServiceFrames.Position(0));
        }

        changes.Note(visit.Change);
    }

    private async Task<DeskVisit> EnterVisitorAsync(SendCommand command, string openid)
    {
        if (await cases.FindOpenAsync(openid) is { State: not CaseState.Left } open)
        {
            var isBack = open.AwaySinceMs is not null && await presence.SeenAsync(openid);
            return new DeskVisit(null, isBack ? QueueChange.Places : QueueChange.Counts, open.UnreadByVisitor > 0, open.Agent);
        }

        var outcome = await cases.EnqueueAsync(openid);
        if (outcome == CaseOutcome.Full && await presence.SweepAsync())
        {
            // Some may have left since the last look.
            outcome = await cases.EnqueueAsync(openid);
        }

        return outcome == CaseOutcome.Full && command.ByQueue
            ? Refuse(SendStatus.AtCapacity, "Too many wait already; try again later.")
            : new DeskVisit(null, QueueChange.Places, await cases.UnreadByVisitorAsync(openid) > 0, null);
    }

    // An agent of the plain mode answers whom he likes; one who waits is then answered and waits no more.
    private async Task<DeskVisit> EnterAgentAsync(SendCommand command, string openid)
    {
        var open = await cases.FindOpenAsync(openid);
        if (command.ByQueue)
        {
            return open is { State: CaseState.Held } && open.Agent == command.Sender
                ? new DeskVisit(null, QueueChange.Counts, false, open.Agent)
                : Refuse(SendStatus.NotHolder, "Only who has claimed a conversation answers it.");
        }

        return new DeskVisit(
            null,
            open switch { { State: CaseState.Waiting or CaseState.Left } => QueueChange.Places, null => QueueChange.None, _ => QueueChange.Counts },
            false,
            open?.Agent);
    }

    private static DeskVisit Refuse(SendStatus status, string error) => new(SendOutcome.Failed(status, error), QueueChange.None, false, null);
}
