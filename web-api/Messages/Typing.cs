using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>Tells the other side that somebody types: at most once in 2 s for each conversation and sender, however often he says so.</summary>
internal sealed class Typing(Delivery delivery, TimeProvider time)
{
    private readonly Pace<(long Conversation, bool SideA)> _pace = new(1, TimeSpan.FromSeconds(2), time);

    public Task TellAsync(ConversationRow conversation, bool fromA) => _pace.TryPass((conversation.Id, fromA))
        ? delivery.NotifyAsync(conversation, !fromA, MessageFrames.Notice("typing", conversation.Id, null, own: false), isPassing: true)
        : Task.CompletedTask;
}
