using Portico.Gateway.Transport;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>A worker's connection that was accepted on the inner port, on its way to the loop whose clients it asked for.</summary>
internal sealed record WorkerArrival(AcceptedSocket Socket, LinkDoor Door);
