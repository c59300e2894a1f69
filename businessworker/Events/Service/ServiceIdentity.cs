using System.Text;
using Portico.Contracts.GatewayWorker;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// Who a connection is. It stands in the client's session, so that it survives the worker that admitted him, and a replaced visitor still
/// has it when his uid is another connection's.
/// </summary>
/// <param name="Role">What he is.</param>
/// <param name="Name">A visitor's openid, an agent's name.</param>
internal readonly record struct ServiceIdentity(ServiceRole Role, string Name)
{
    /// <summary>Group of all agents.</summary>
    public const string AgentGroup = "service:agents";

    private const string RoleKey = "service_role";
    private const string NameKey = "service_name";
    private const string FramesKey = "service_frames";
    private const int LongestName = 128;

    public bool IsAgent => Role == ServiceRole.Agent;

    /// <summary>The uid its connections are bound to; the two kinds can never be mistaken for each other, nor for one of the shop.</summary>
    public string Uid => (IsAgent ? "service-agent:" : "service:") + Name;

    /// <summary>What the log calls him as a member: all agents together are the empty text.</summary>
    public string Member => IsAgent ? "" : Name;

    /// <summary>Reads it from a session; the role is None when nobody was admitted.</summary>
    public static ServiceIdentity Of(SessionData session) => session.GetString(NameKey) is { Length: > 0 } name
        ? new(session.GetString(RoleKey) switch { "agent" => ServiceRole.Agent, "visitor" => ServiceRole.Visitor, _ => ServiceRole.None }, name)
        : default;

    /// <summary>Whether the client of a session was admitted as one that knows frames of portico.v1.</summary>
    public static bool SpeaksPortico(SessionData session) => session.GetString(FramesKey) == "portico.v1";

    /// <summary>
    /// What may be a name: 1 to 128 bytes without blanks or control characters; the log takes no more characters, and a uid no more bytes than 255.
    /// </summary>
    public static bool IsName(string? text) =>
        text is { Length: > 0 and <= LongestName } && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || char.IsSurrogate(c))
        && Encoding.UTF8.GetByteCount(text) <= LongestName;

    /// <summary>Puts it into a session.</summary>
    public void Keep(SessionData session, bool speaksPortico)
    {
        session[RoleKey] = IsAgent ? "agent" : "visitor";
        session[NameKey] = Name;
        if (speaksPortico)
        {
            session[FramesKey] = "portico.v1";
        }
    }
}
