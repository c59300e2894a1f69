using Portico.Contracts.Ids;

namespace Portico.Client;

/// <summary>What one gateway holds, or why it did not say.</summary>
/// <param name="Gateway">Its inner address.</param>
/// <param name="Clients">Clients connected now.</param>
/// <param name="Uids">Distinct uids among them.</param>
/// <param name="Groups">Groups with members there.</param>
/// <param name="Fault">Why it did not answer; null when it did.</param>
public sealed record GatewayReport(GatewayAddress Gateway, int Clients, int Uids, int Groups, string? Fault);
