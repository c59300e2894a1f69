using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>Lets nobody but its members at a conversation; others cannot tell it from one that does not exist.</summary>
internal sealed class ConversationAccess(ChatLog log)
{
    /// <summary>The conversation that the argument <c>conversation</c> names, and who acts in it; the last arguments of a request to be read.</summary>
    public async Task<(ConversationRow Conversation, string Uid)> RequireAsync(RequestScope scope)
    {
        var text = scope.Arguments.Required("conversation");
        var uid = scope.ActingUid();
        return ConversationId.TryParse(text, out var id) && await log.FindAsync(id) is { } conversation && conversation.HasMember(uid)
            ? (conversation, uid)
            : throw new RequestException(Problem.NotFound, "There is no such conversation.");
    }
}
