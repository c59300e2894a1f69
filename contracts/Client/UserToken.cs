namespace Portico.Client;

/// <summary>What a user token says.</summary>
/// <param name="Uid">Claim <c>sub</c>.</param>
/// <param name="Role">Claim <c>role</c>; empty without one.</param>
/// <param name="Expires">Claim <c>exp</c>.</param>
public readonly record struct UserToken(string Uid, string Role, DateTimeOffset Expires)
{
    /// <summary>Says nothing.</summary>
    public static readonly UserToken None = new("", "", default);
}
