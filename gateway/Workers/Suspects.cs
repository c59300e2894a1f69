namespace Portico.Gateway.Workers;

/// <summary>
/// Poison-message detection: bounds how many workers one message can crash. A client whose event was in flight in two crashed workers in a row is
/// a suspect. Suspects are retried one at a time in the whole gateway, so that each is cleared or found to be the cause. Shared by the loops.
/// </summary>
/// <param name="deliveries">How often an event is given to a worker at most.</param>
internal sealed class Suspects(int deliveries)
{
    private const int DeathsOfASuspect = 2;
    private ClientBinding? _tried;

    /// <summary>A link ended: whoever was tried on it is not any more.</summary>
    public void Ended(IWorkerLink link)
    {
        // That of another loop is never this one, whatever it is at the moment.
        if (Volatile.Read(ref _tried) is { } client && ReferenceEquals(client.Link, link))
        {
            Leave(client);
        }
    }

    /// <summary>A worker died with an event of that client.</summary>
    /// <returns>True when it was one too many: the client's events are given up.</returns>
    public bool IsGuilty(ClientBinding client, long death, ulong number)
    {
        (client.Suspicion ??= new Suspicion()).Add(death, number);
        return client.Suspicion.Deaths >= deliveries;
    }

    /// <summary>Events of that client may be given to a worker now. A suspect that is let in holds the place until <see cref="Leave"/>.</summary>
    public bool TryEnter(ClientBinding client) =>
        client.Suspicion is not { Deaths: >= DeathsOfASuspect }
        || (!client.IsWithWorker && Interlocked.CompareExchange(ref _tried, client, null) is var tried && (tried is null || ReferenceEquals(tried, client)));

    /// <summary>None of that client's events is on the way.</summary>
    public void Leave(ClientBinding client)
    {
        if (client.Suspicion is not null)
        {
            _ = Interlocked.CompareExchange(ref _tried, null, client);
        }
    }

    /// <summary>A worker has handled all that it was given of that client.</summary>
    public void OnHandled(ClientBinding client)
    {
        Leave(client);
        if (client.Suspicion is { } suspicion && !(client.FirstParked is { } waiting && waiting.Number <= suspicion.Number))
        {
            client.Suspicion = null;
        }
    }
}
