namespace Portico.WebApi.Identity;

/// <summary>Who calls: a backend with an API key, which acts for any uid, or a user, who is his own.</summary>
/// <param name="Uid">The user of the token; null for a backend.</param>
internal sealed record Caller(string? Uid)
{
    public static readonly Caller Backend = new((string?)null);

    public bool IsBackend => Uid is null;
}
