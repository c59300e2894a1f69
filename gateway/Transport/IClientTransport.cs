namespace Portico.Gateway.Transport;

/// <summary>
/// How one loop learns of bytes. Belongs to the loop's thread; only <see cref="Wake"/> may be called from another.
/// An epoll and a portable implementation pass the same specification tests.
/// </summary>
internal interface IClientTransport : IDisposable
{
    /// <summary>
    /// Waits until something is ready, <see cref="Wake"/> is called or the time is over, then makes the callbacks of all that is
    /// ready (<see cref="ITransportSocketHandler"/>, <see cref="ITransportListenerHandler"/>) on this thread.
    /// </summary>
    /// <param name="timeoutMilliseconds">0 only looks; -1 waits without end.</param>
    void Poll(int timeoutMilliseconds);

    /// <summary>Makes a sleeping or the next <see cref="Poll"/> return. Any thread.</summary>
    void Wake();

    /// <summary>Takes over a socket that a listener accepted (possibly on another loop) and makes it known to this loop.</summary>
    /// <returns>The socket, reading at once; its callbacks go to <paramref name="handler"/>.</returns>
    TransportSocket Adopt(AcceptedSocket accepted, ITransportSocketHandler handler);
}
