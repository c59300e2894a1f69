using Portico.WebApi.Messages;

namespace Portico.WebApi.Service;

/// <summary>What the desk says before a message of the service application is stored, and has to know afterwards.</summary>
/// <param name="Refusal">Why it is not stored; null when it may be.</param>
/// <param name="Change">What the message changes of the queue.</param>
/// <param name="HadUnread">The visitor had not read everything, and has now that he writes.</param>
/// <param name="Holder">The agent who has the conversation; empty or null when nobody has.</param>
internal readonly record struct DeskVisit(SendOutcome? Refusal, QueueChange Change, bool HadUnread, string? Holder);
