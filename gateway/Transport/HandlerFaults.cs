using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Portico.Gateway.Transport;

/// <summary>What becomes of a socket whose handler threw: it is aborted and its handler told, so that it can leave its tables.</summary>
internal sealed partial class HandlerFaults(ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Ends <paramref name="socket"/> after <paramref name="exception"/>.</summary>
    [SuppressMessage(
        "Design", "CA1031:Do not catch general exception types", Justification = "Event loop border: both faults are logged, other sockets go on.")]
    public void Contain(TransportSocket socket, ITransportSocketHandler handler, Exception exception)
    {
        LogHandlerFailed(exception, socket.RemoteEndPoint);
        try
        {
            var closed = socket.IsClosed;
            socket.Abort();
            if (!closed)
            {
                handler.OnError(SocketError.Fault);
            }
        }
        catch (Exception second)
        {
            LogHandlerFailed(second, socket.RemoteEndPoint);
        }
    }

    /// <summary>A listener's handler threw: the socket is closed, the listener goes on.</summary>
    [SuppressMessage(
        "Design",
        "CA1031:Do not catch general exception types",
        Justification = "Event loop border: the fault is logged, the socket closed; accepting goes on.")]
    public void Offer(ITransportListenerHandler handler, AcceptedSocket accepted)
    {
        try
        {
            handler.OnAccepted(accepted);
        }
        catch (Exception exception)
        {
            LogHandlerFailed(exception, accepted.RemoteEndPoint);
            accepted.Discard();
        }
    }
}
