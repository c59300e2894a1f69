using Portico.Gateway.Transport;

namespace Portico.Gateway.Loops;

/// <summary>A client on its way to the loop that was picked for it.</summary>
/// <param name="Socket">Its socket.</param>
/// <param name="Listener">The listener it came by.</param>
internal sealed record AcceptWork(AcceptedSocket Socket, LoopListener Listener);
