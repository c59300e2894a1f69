using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Portico.Contracts.Rpc;

/// <summary>
/// A transport for Kestrel that serves short connections itself and gives Kestrel the others. A connection costs Kestrel some 150 µs
/// (pipes, tasks, registrations), which is most of what a call of PHP's GatewayClient is.
/// </summary>
/// <param name="bind">Gives the bound socket.</param>
/// <param name="backlog">Connections that may wait to be accepted.</param>
/// <param name="calls">Takes the short ones; asked for when the server starts.</param>
/// <param name="door">Who may come without TLS; Kestrel shakes hands with those who come with it (<see cref="TlsDoor.Use"/>).</param>
/// <param name="order">Keeps the order across both ways.</param>
/// <param name="connections">Makes a connection for Kestrel of a socket.</param>
/// <param name="clock">Clock of the patience.</param>
public sealed class ShortCallListenerFactory(
    Func<Socket> bind, int backlog, Func<IShortCalls> calls, TlsDoor door, ArrivalOrder order, SocketConnectionContextFactory connections,
    TimeProvider clock) : IConnectionListenerFactory
{
    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = bind();
        socket.Listen(backlog);
        return new ValueTask<IConnectionListener>(new ShortCallListener(socket, calls(), door, order, connections, clock));
    }
}
