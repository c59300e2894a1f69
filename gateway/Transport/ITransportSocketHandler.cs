using System.Net.Sockets;

namespace Portico.Gateway.Transport;

/// <summary>What a socket tells its connection, always on the loop's thread, never re-entrantly from within a call to the socket.</summary>
internal interface ITransportSocketHandler
{
    /// <summary>Bytes came. The span is the loop's own receive buffer: it may be changed (unmasking) and is gone after the call.</summary>
    void OnBytes(Span<byte> received);

    /// <summary>There is room again after <c>Send</c> took less than it was given.</summary>
    void OnWritable();

    /// <summary>The peer sent FIN: nothing more will come, sending still works.</summary>
    void OnEnd();

    /// <summary>The socket broke. No callback follows; the handler must still <see cref="TransportSocket.Abort"/> or close it.</summary>
    void OnError(SocketError error);
}
