namespace Portico.Client;

/// <summary>What a user token says.</summary>
/// <param name="Uid">Claim <c>sub</c>.</param>
/// <param name="Role">Claim <c>role</c>; empty without one.</param>
/// <param name="Expires">Claim <c>exp</c>.</param>
public readonly record struct UserToken(string Uid, string Role, DateTimeOffset Expires)
{
    /// <summary>Says nothing.</summary>
    public static readonly UserToken None = new("", "", default);

    /// <summary>
    /// Whether it makes a user of the shop: not an agent of the customer service, whose <c>sub</c> is a name and no uid, and nobody who calls himself what the
    /// connections of that application are bound to (PROTOCOL.md, portico.messages.v1.MessageLog).
    /// </summary>
    public bool IsShopUser => Uid.Length > 0 && Role != UserTokens.AgentRole
        && !Uid.StartsWith("service:", StringComparison.Ordinal) && !Uid.StartsWith("service-agent:", StringComparison.Ordinal);
}
