namespace Portico.Cli;

/// <summary>What <c>portico doctor</c> found out about one thing.</summary>
/// <param name="What">The thing.</param>
/// <param name="IsWell">Null when it was not looked at.</param>
/// <param name="Said">How it is, or what is wrong, in a line.</param>
internal readonly record struct Finding(string What, bool? IsWell, string Said);
