namespace Portico.Gateway.Transport;

/// <summary>
/// What an <see cref="EventLoop"/> drives, in this order each turn: sockets (through their handlers), <see cref="AfterSockets"/>,
/// the inbox item by item, <see cref="AfterInbox"/>, and <see cref="OnTick"/> when it is due. All on the loop's thread.
/// </summary>
internal interface ILoopOwner
{
    /// <summary>Every ready socket was read: the links flush what it gave them.</summary>
    void AfterSockets();

    /// <summary>One item that another thread posted.</summary>
    void OnInbox(object item);

    /// <summary>
    /// What was in the inbox when this turn began is handled: the dirty outboxes drain. True when work is left (a broadcast's cursor) and the loop
    /// must not sleep.
    /// </summary>
    bool AfterInbox();

    /// <summary>A quarter of a second or more went by. <paramref name="now"/> in milliseconds of the injected clock, monotonic.</summary>
    void OnTick(long now);
}
