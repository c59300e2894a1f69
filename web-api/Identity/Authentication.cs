namespace Portico.WebApi.Identity;

/// <summary>What became of the key or token that a request shows.</summary>
/// <param name="Caller">Who calls; null when nothing valid was shown.</param>
/// <param name="WasShown">Whether anything was shown.</param>
/// <param name="Wait">How long the caller's address is refused for wrong ones before; zero: it was looked at.</param>
internal readonly record struct Authentication(Caller? Caller, bool WasShown, TimeSpan Wait);
