using Portico.Contracts.Results;
using Portico.Gateway.Connections;

namespace Portico.Gateway.Workers;

/// <summary>
/// What the worker side knows of one client: which link serves it, what that link was told, how many events are on the way. Lives
/// from accept until the last event of the client is acknowledged, so longer than the socket. Belongs to the loop's thread.
/// </summary>
internal sealed class ClientBinding(ClientConnection client)
{
    /// <summary>The client; after its close it still answers for its session, uid and origin.</summary>
    public ClientConnection Client { get; } = client;

    /// <summary>The link that serves the client; null before the first and after its end.</summary>
    public IWorkerLink? Link { get; set; }

    /// <summary>Number of the client's last event; 0 when it has none.</summary>
    public ulong LastNumber { get; set; }

    /// <summary>Events posted to <see cref="Link"/> and not acknowledged.</summary>
    public int InFlight { get; set; }

    /// <summary>Bytes of them; 0 where a link does not acknowledge.</summary>
    public long InFlightBytes { get; set; }

    /// <summary>It is not read because so many of its own events are in flight.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>Stops its reading until <see cref="CatchUp"/>.</summary>
    public void FallBehind()
    {
        IsBehind = true;
        Client.PauseReading(PauseCause.Behind);
    }

    /// <summary>Its worker has come up to it.</summary>
    public void CatchUp()
    {
        if (IsBehind)
        {
            IsBehind = false;
            Client.ResumeReading(PauseCause.Behind);
        }
    }

    /// <summary>A worker that lives has some of them.</summary>
    public bool IsWithWorker => InFlight > 0 && Link is { IsClosed: false };

    /// <summary>One of them was acknowledged.</summary>
    public void Handled()
    {
        if (--InFlight == 0)
        {
            Client.OnHandled();
        }
    }

    /// <summary>Some worker has heard of this client, so one must hear of its end.</summary>
    public bool Announced { get; set; }

    /// <summary>A worker that wants CONNECT at accept got it.</summary>
    public bool ConnectTold { get; set; }

    /// <summary>The socket is closed and the CLOSE event was made.</summary>
    public bool Closed { get; set; }

    /// <summary>Why it ended, once <see cref="Closed"/>.</summary>
    public CloseReason Reason { get; set; }

    /// <summary><see cref="Link"/> was told who the client is.</summary>
    public bool OriginTold { get; set; }

    /// <summary>Version of the session that <see cref="Link"/> was last told.</summary>
    public uint ToldSession { get; set; }

    /// <summary>Version of the uid that <see cref="Link"/> was last told.</summary>
    public uint ToldUid { get; set; }

    /// <summary>Events that wait for a worker, oldest first; null when none.</summary>
    public ParkedEvent? FirstParked { get; set; }

    /// <summary>The newest parked event.</summary>
    public ParkedEvent? LastParked { get; set; }

    /// <summary>Where they wait; null when none do.</summary>
    public ParkingLot? ParkedAt { get; set; }

    /// <summary>When the first of them began to wait, in milliseconds of the loop's clock.</summary>
    public long ParkedSince { get; set; }

    /// <summary>Workers died while they had its events; null for none, as nearly always.</summary>
    public Suspicion? Suspicion { get; set; }

    /// <summary>It is not read because its link is full.</summary>
    public bool Paused { get; set; }

    /// <summary>A message of it was larger than its worker's protocol can carry: it is being closed, and what it sent after that goes nowhere.</summary>
    public bool Overrun { get; set; }

    /// <summary>Large events, and what came after them, that are still being cut into parts on <see cref="Link"/>.</summary>
    public int Queued { get; set; }
}
