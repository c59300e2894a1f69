namespace Portico.Gateway.Transport;

/// <summary>
/// How one loop learns of bytes. Belongs to the loop's thread; only <see cref="Wake"/> and the counts may be used from
/// another. An epoll and a portable implementation pass the same specification tests.
/// </summary>
internal interface IClientTransport : IDisposable
{
    /// <summary>Sockets it holds, closed ones that linger not counted. Any thread; may be a moment old.</summary>
    int SocketCount { get; }

    /// <summary>Closed sockets whose peers have not taken the last bytes yet. Any thread; may be a moment old.</summary>
    int LingeringCount => 0;

    /// <summary>
    /// Waits until something is ready, <see cref="Wake"/> is called or the time is over. Makes no callback, so that whoever posts while
    /// the callbacks run knows that the loop is not asleep.
    /// </summary>
    /// <param name="timeoutMilliseconds">0 only looks; -1 waits without end.</param>
    /// <returns>True when <see cref="Dispatch"/> has something to do.</returns>
    bool Wait(int timeoutMilliseconds);

    /// <summary>
    /// Makes the callbacks of all that was ready (<see cref="ITransportSocketHandler"/>, <see cref="ITransportListenerHandler"/>) on this
    /// thread. A callback that throws loses its own socket (aborted, then told by OnError) and no other.
    /// </summary>
    void Dispatch();

    /// <summary>Makes a sleeping or the next <see cref="Wait"/> return. Any thread, also after the end.</summary>
    void Wake();

    /// <summary>Takes over a socket that a listener accepted (possibly on another loop) and makes it known to this loop.</summary>
    /// <returns>The socket, reading at once; its callbacks go to <paramref name="handler"/>.</returns>
    TransportSocket Adopt(AcceptedSocket accepted, ITransportSocketHandler handler);

    /// <summary>A quarter of a second or more went by: closed sockets that lingered too long go, listeners that rested go on.</summary>
    /// <param name="now">Milliseconds of the injected clock, monotonic.</param>
    void OnTick(long now);
}
