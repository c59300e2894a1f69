using Portico.Contracts.Results;

namespace Portico.Gateway.Connections;

/// <summary>How a connection ends that is not read any more, kept while the worker handles what came before.</summary>
/// <param name="Reply">What the codec wants to be sent, when the client broke the protocol.</param>
/// <param name="Reason">Why.</param>
/// <param name="Goodbye">The client does not know yet.</param>
internal sealed record Refusal(ReadOnlyMemory<byte> Reply, CloseReason Reason, bool Goodbye);
