using System.Text.Json;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;
using static Portico.WebApi.Messages.FrameJson;

namespace Portico.WebApi.Service;

/// <summary>The frames of the queue that agents and visitors of portico.v1 send, and what those concerned are told.</summary>
internal sealed class ServiceRequests(
    ServiceCases cases, WaitingVisitors visitors, VisitorPresence presence, QueueView view, QueueChanges changes, Delivery delivery, WebApiOptions options)
{
    private const int LargestCapacity = 1000;
    private const int LongestRating = 1000;

    /// <summary>What a client is sent when it has connected.</summary>
    public async Task<List<ReadOnlyMemory<byte>>> GreetAsync(FrameSender from)
    {
        if (from.IsAgent)
        {
            changes.Note(QueueChange.Counts);
            return [Frame("queue", await view.OfAgentAsync(from.Agent))];
        }

        if (await cases.FindOpenAsync(from.Uid) is { AwaySinceMs: not null } && await presence.SeenAsync(from.Uid))
        {
            changes.Note(QueueChange.Places);
        }

        return [ServiceFrames.Badge(await cases.UnreadByVisitorAsync(from.Uid)), await view.OfVisitorAsync(from.Uid)];
    }

    /// <summary>The answer to a frame; null for a type that is not answered here.</summary>
    public async Task<ReadOnlyMemory<byte>?> HandleAsync(FrameSender from, string type, JsonElement frame) => type switch
    {
        "queue" => from.IsAgent ? Answer(frame, "queue", await view.OfAgentAsync(from.Agent)) : await view.OfVisitorAsync(from.Uid),
        "rate" => from.IsAgent ? NotAllowed(frame, "Visitors rate.") : await RateAsync(from, frame),
        "leave" => from.IsAgent ? NotAllowed(frame, "Visitors leave the queue.") : await LeaveAsync(from, frame),
        "left" or "claim" or "transfer" or "close" or "capacity" or "canned" when !from.IsAgent => NotAllowed(frame, "This is for agents."),
        "left" => await LeftAsync(frame),
        "claim" => await ClaimAsync(from, frame),
        "transfer" => await TransferAsync(from, frame),
        "close" => await CloseAsync(from, frame),
        "capacity" => await CapacityAsync(from, frame),
        "canned" => Answer(frame, "canned", ServiceFrames.Canned(options.Service)),
        _ => (ReadOnlyMemory<byte>?)null,
    };

    private async Task<ReadOnlyMemory<byte>> ClaimAsync(FrameSender from, JsonElement frame)
    {
        var (outcome, openid) = await cases.ClaimAsync(from.Agent, Text(frame, "openid") ?? "");
        if (outcome != CaseOutcome.Done || await cases.FindOpenAsync(openid) is not { } held || held.Agent != from.Agent)
        {
            return outcome switch
            {
                CaseOutcome.Empty => Error(frame, "queue_empty", openid.Length > 0 ? "He does not wait." : "Nobody waits."),
                CaseOutcome.Full => Error(frame, "at_capacity", "You have as many conversations as you take at once."),
                _ => Error(frame, "taken", "Another agent has this conversation."),
            };
        }

        changes.Note(QueueChange.Places);
        await Task.WhenAll(
            delivery.TellVisitorAsync(openid, ServiceFrames.Claimed(from.Agent)),
            delivery.TellAgentAsync(from.Agent, Frame("claim", ServiceFrames.Claim(held, options.Service)), from.ClientId));
        return Answer(frame, "claim", ServiceFrames.Claim(held, options.Service));
    }

    private async Task<ReadOnlyMemory<byte>> TransferAsync(FrameSender from, JsonElement frame)
    {
        var openid = Text(frame, "openid") ?? "";
        var to = Text(frame, "to") ?? "";
        if (to.Length == 0)
        {
            return End(frame, await cases.ReturnAsync(from.Agent, openid));
        }

        var (present, complete) = await delivery.ListAgentsAsync();
        if (!present.Contains(to))
        {
            return complete
                ? Error(frame, "unknown_recipient", "No such agent is there.")
                : Error(frame, "unavailable", "It is not known at the moment which agents are there; try again.");
        }

        var outcome = await cases.TransferAsync(from.Agent, openid, to);
        if (outcome == CaseOutcome.Done && to != from.Agent && await cases.FindOpenAsync(openid) is { } held)
        {
            await Task.WhenAll(
                delivery.TellAgentAsync(to, Frame("claim", ServiceFrames.Claim(held, options.Service))),
                delivery.TellVisitorAsync(openid, ServiceFrames.Claimed(to)));
        }

        return End(frame, outcome);
    }

    private async Task<ReadOnlyMemory<byte>> CloseAsync(FrameSender from, JsonElement frame)
    {
        var openid = Text(frame, "openid") ?? "";
        var outcome = await cases.CloseAsync(from.Agent, openid);
        if (outcome == CaseOutcome.Done)
        {
            await delivery.TellVisitorAsync(openid, await view.OfVisitorAsync(openid));
        }

        return End(frame, outcome);
    }

    private async Task<ReadOnlyMemory<byte>> LeaveAsync(FrameSender from, JsonElement frame)
    {
        if (await visitors.LeaveAsync(from.Uid))
        {
            changes.Note(QueueChange.Places);
            await delivery.TellVisitorAsync(from.Uid, ServiceFrames.Left());
        }
        else if (await cases.FindOpenAsync(from.Uid) is { State: CaseState.Held })
        {
            return NotAllowed(frame, "An agent has the conversation already.");
        }

        return Answer(frame, "ack", _ => { });
    }

    private async Task<ReadOnlyMemory<byte>> LeftAsync(JsonElement frame)
    {
        var left = await visitors.ListLeftAsync(QueueView.LongestShown);
        return Answer(frame, "left", json => ServiceFrames.WriteCases(json, "cases", left));
    }

    private async Task<ReadOnlyMemory<byte>> CapacityAsync(FrameSender from, JsonElement frame)
    {
        if (Number(frame, "value") is not ({ } value and <= LargestCapacity))
        {
            return Error(frame, "bad_field", $"value must be a number from 0 to {LargestCapacity}.");
        }

        await cases.SetCapacityAsync(from.Agent, value);
        return End(frame, CaseOutcome.Done);
    }

    private async Task<ReadOnlyMemory<byte>> RateAsync(FrameSender from, JsonElement frame)
    {
        var text = Text(frame, "text") ?? "";
        if (Number(frame, "score") is not ({ } score and >= 1 and <= 5) || text.Length > LongestRating || text.Contains('\0', StringComparison.Ordinal))
        {
            return Error(frame, "bad_field", $"score must be a number from 1 to 5, text at most {LongestRating} characters.");
        }

        if (await cases.RateAsync(from.Uid, score, text) is not { } rated)
        {
            return NotAllowed(frame, "There is no conversation to rate.");
        }

        await delivery.TellAgentsAsync(ServiceFrames.Rated(rated, score, text));
        return Answer(frame, "ack", _ => { });
    }

    private ReadOnlyMemory<byte> End(JsonElement frame, CaseOutcome outcome)
    {
        if (outcome == CaseOutcome.Done)
        {
            changes.Note(QueueChange.Places);
        }

        return outcome switch
        {
            CaseOutcome.Done => Answer(frame, "ack", _ => { }),
            CaseOutcome.Full => Error(frame, "at_capacity", "He has as many conversations as he takes at once."),
            _ => NotAllowed(frame, "Only who has claimed a conversation passes it on or ends it."),
        };
    }

    private static ReadOnlyMemory<byte> NotAllowed(JsonElement frame, string message) => Error(frame, "not_allowed", message);
}
