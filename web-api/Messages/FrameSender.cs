namespace Portico.WebApi.Messages;

/// <summary>Who sent a frame, as his worker says.</summary>
/// <param name="Application">"shop" or "service".</param>
/// <param name="Uid">The bound uid, a visitor's openid; empty for an agent, since all agents are one member.</param>
/// <param name="Agent">An agent's name; else empty.</param>
/// <param name="ClientId">The device.</param>
internal sealed record FrameSender(string Application, string Uid, string Agent, string ClientId)
{
    public bool IsAgent => Agent.Length > 0;

    /// <summary>Whom the log names as the sender of his messages.</summary>
    public string Sender => IsAgent ? Agent : Uid;

    /// <summary>A uid, or an agent; never both, and agents in the service application alone.</summary>
    public bool IsSomebody => IsAgent ? Uid.Length == 0 && Application == Storage.ConversationKey.Service : Identity.Uids.IsValid(Uid);
}
