using Portico.Contracts.Ids;

namespace Portico.Cli;

/// <summary>What one register said.</summary>
/// <param name="Register">Its address, as given.</param>
/// <param name="Gateways">The gateways it knows; null when it did not answer.</param>
/// <param name="Fault">Why it did not; null when it did.</param>
internal sealed record RegisterAnswer(string Register, IReadOnlyList<GatewayAddress>? Gateways, string? Fault);
