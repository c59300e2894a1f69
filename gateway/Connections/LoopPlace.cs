using Portico.Contracts.Ids;

namespace Portico.Gateway.Connections;

/// <summary>Which loop of which gateway.</summary>
/// <param name="Index">Number of the loop, from 0.</param>
/// <param name="Count">How many loops there are.</param>
/// <param name="Address">Inner address of the gateway.</param>
internal sealed record LoopPlace(int Index, int Count, GatewayAddress Address);
