using Portico.Contracts.Results;

namespace Portico.Gateway.Connections;

/// <summary>How a connection ends that broke the protocol, kept while the worker handles what came before.</summary>
/// <param name="Reply">What the codec wants to be sent.</param>
/// <param name="Reason">Why.</param>
internal sealed record Refusal(ReadOnlyMemory<byte> Reply, CloseReason Reason);
