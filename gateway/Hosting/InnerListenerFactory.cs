using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Rpc;
using Portico.Hosting;

namespace Portico.Gateway.Hosting;

/// <summary>
/// Kestrel's transport for the inner port, which looks at what is accepted before Kestrel does: workers with a connection of their own go to
/// their loops, GatewayWorker's short calls are done at once.
/// </summary>
internal sealed class InnerListenerFactory(
    InnerPort inner, GatewayService gateway, WorkerEntrance entrance, TlsDoor door, ArrivalOrder order, TimeProvider clock,
    ILoggerFactory loggers) : IConnectionListenerFactory, IDisposable
{
    // A GatewayClient dials for each command; one that finds the queue full waits a whole second.
    private const int Backlog = 16 * 1024;

    // TCP_DEFER_ACCEPT: accept completes on the first data, or after 1 s without any; Kestrel then applies its deadline.
    private const int DeferAccept = 9;
    private const int DeferSeconds = 1;

    private readonly SocketConnectionContextFactory _connections = new(
        new SocketConnectionFactoryOptions(), loggers.CreateLogger<SocketConnectionContextFactory>());

    /// <inheritdoc/>
    /// <exception cref="ConfigurationException">The address cannot be had.</exception>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var calls = new ShortCallListenerFactory(
            Take, Backlog, () => new InnerCalls(gateway, entrance, loggers.CreateLogger<InnerCalls>()), door, order, _connections, clock);
        try
        {
            return await calls.BindAsync(endpoint, cancellationToken);
        }
        catch (SocketException fault)
        {
            // Two may bind an address, as a client listener of this gateway does with the same port; only one may listen.
            throw new ConfigurationException([$"Gateway:LanPort is '{inner.Address}': {ListenFaults.Describe(fault)}"]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connections.Dispose();

    private Socket Take()
    {
        var socket = inner.Take();
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)ProtocolType.Tcp, DeferAccept, BitConverter.GetBytes(DeferSeconds));
        }

        return socket;
    }
}
