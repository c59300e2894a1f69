namespace Portico.Gateway.Workers;

/// <summary>
/// One worker as one loop sees it: where the events of the clients bound to it go. There is one for a gRPC stream, and for a PHP
/// worker one for each loop over its single connection. Everything on the loop's thread.
/// </summary>
internal interface IWorkerLink
{
    /// <summary>Names the worker process; unique in the cluster. Another link of the same key replaces this one.</summary>
    string Key { get; }

    /// <summary>Which clients the worker takes.</summary>
    ServedPlaces Serves { get; }

    /// <summary>Clients bound to this link; kept by <see cref="WorkerTable"/>, read by the routers.</summary>
    int BoundClients { get; set; }

    /// <summary>It wants CONNECT when a WebSocket client is accepted, not only when its path is known (PHP workers).</summary>
    bool WantsEarlyConnect { get; }

    /// <summary>It takes no new events: the worker is leaving. Its clients move on as their last event is acknowledged.</summary>
    bool IsLeaving { get; }

    /// <summary>The link has ended; what is posted now would be lost.</summary>
    bool IsClosed { get; }

    /// <summary>False when what waits and what is unacknowledged is over the limit: the clients that feed it stop being read.
    /// When there is room again the link calls <see cref="ILinkOwner.RoomAgain"/>.</summary>
    bool HasRoom { get; }

    /// <summary>Something waits that has not been sent.</summary>
    bool HasUnsent { get; }

    /// <summary>The worker has events that it has not acknowledged; never for a worker that acknowledges nothing.</summary>
    bool HasUnacknowledged { get; }

    /// <summary>Its protocol can carry the event: a PHP worker's packets are bounded.</summary>
    bool Carries(in WorkerEvent posted);

    /// <summary>Takes one event; always, also over the limit. It leaves with the next <see cref="Flush"/>.</summary>
    void Post(in WorkerEvent posted);

    /// <summary>Tells all there is to know of a client that another worker served before (ADOPT; nothing for PHP workers, which get all of it with each event).</summary>
    void Adopt(ClientBinding client);

    /// <summary>Sends what waits, unless the previous flush is still on its way. Once per turn of the loop, after the sockets and after the inbox.</summary>
    void Flush();

    /// <summary>Looks whether the worker gets on, and asks it. About once a second.</summary>
    /// <param name="now">Milliseconds of the loop's clock.</param>
    /// <param name="patience">Milliseconds for which it may not get on.</param>
    /// <param name="stuck">Whose event it has not been done with for so long; told once.</param>
    /// <returns>Why it is to be treated as dead; null when it is not.</returns>
    string? Look(long now, long patience, out ClientBinding? stuck);

    /// <summary>Hands back every event that was posted and not acknowledged, in order. Once, after the end.</summary>
    void TakeBack(ILinkOwner owner);

    /// <summary>Ends the link from our side (replaced, gateway stops).</summary>
    void Close(string why);
}
