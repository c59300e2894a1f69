using Portico.WebApi.Storage;

namespace Portico.WebApi.Messages;

/// <summary>What a recipient's name stands for: the conversation, the sender's side in it, and whether the name was a code that this system made.</summary>
internal readonly record struct Recipient(ConversationKey Conversation, bool FromA, bool IsCode);
