using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>An event whose packet waits in a buffer of a <see cref="PhpWorkerLink"/>, with what is needed to take it back.</summary>
/// <param name="Client">The client.</param>
/// <param name="Kind">What happened.</param>
/// <param name="Number">The event's number.</param>
/// <param name="Binary">The message came as binary.</param>
/// <param name="Start">Where the body begins in the buffer.</param>
/// <param name="Length">The body's length.</param>
internal readonly record struct PhpSentEvent(ClientBinding Client, EventKind Kind, ulong Number, bool Binary, int Start, int Length);
