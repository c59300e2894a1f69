using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Portico.Gateway.Hosting;

/// <summary>
/// Kestrel's transport for the inner port, which looks at what is accepted before Kestrel does: workers with a connection of their own go to
/// their loops.
/// </summary>
internal sealed class InnerListenerFactory(InnerPort inner, WorkerEntrance entrance, IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory
{
    // Its accept returns when the first bytes are there. Who sends none comes through a little later, and has his deadline in Kestrel.
    private const int DeferAccept = 9;
    private const int DeferSeconds = 1;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        var socket = inner.Take();
        socket.Listen(options.Value.Backlog);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption((int)ProtocolType.Tcp, DeferAccept, BitConverter.GetBytes(DeferSeconds));
        }

        var connections = new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), loggers.CreateLogger<SocketConnectionContextFactory>());
        return new ValueTask<IConnectionListener>(new Listener(socket, connections, entrance));
    }

    private sealed class Listener(Socket socket, SocketConnectionContextFactory connections, WorkerEntrance entrance) : IConnectionListener
    {
        public EndPoint EndPoint { get; } = socket.LocalEndPoint!;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    var accepted = await socket.AcceptAsync(cancellationToken);
                    accepted.NoDelay = true;
                    if (!entrance.TryTake(accepted))
                    {
                        return connections.Create(accepted);
                    }
                }
                catch (ObjectDisposedException)
                {
                    return null;
                }
                catch (SocketException fault) when (fault.SocketErrorCode == SocketError.OperationAborted)
                {
                    return null;
                }
                catch (SocketException)
                {
                    // Gone between the first bytes and here; others wait.
                }
            }
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            socket.Dispose();
            return default;
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            connections.Dispose();
            return default;
        }
    }
}
