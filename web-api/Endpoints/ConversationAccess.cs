using Portico.WebApi.Messages;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Endpoints;

/// <summary>Lets nobody but its members at a conversation; others cannot tell it from one that does not exist.</summary>
internal sealed class ConversationAccess(ChatLog log)
{
    /// <summary>The conversation that the argument <c>conversation</c> names.</summary>
    public async Task<ConversationRow> RequireAsync(RequestScope scope, string uid)
    {
        var text = scope.Arguments.Required("conversation");
        scope.Arguments.ThrowIfFaulty();
        return ConversationId.TryParse(text, out var id) && await log.FindAsync(id) is { } conversation && conversation.HasMember(uid)
            ? conversation
            : throw new RequestException(Problem.NotFound, "There is no such conversation.");
    }
}
