namespace Portico.WebApi.Identity;

/// <summary>Who calls: a backend with an API key, which acts for any uid, or a user, who is his own, or an agent of the customer service.</summary>
/// <param name="Uid">The user of the token; of an agent the uid that his connections have; null for a backend.</param>
internal sealed record Caller(string? Uid)
{
    public static readonly Caller Backend = new((string?)null);

    public bool IsBackend => Uid is null;

    /// <summary>An agent is nobody in the shop, whatever his name is.</summary>
    public bool IsAgent { get; init; }

    /// <summary>The agent of a name.</summary>
    public static Caller Agent(string name) => new("service-agent:" + name) { IsAgent = true };
}
