namespace Portico.Gateway.Workers;

/// <summary>What happened between one loop's clients and its workers. Written by the loop alone; telemetry may read a value that is a moment old.</summary>
internal sealed class WorkerCounters
{
    /// <summary>Events given to links.</summary>
    public long Events;

    /// <summary>Events given to a link again, since another died with them.</summary>
    public long Redelivered;

    /// <summary>Events that had to wait for a worker.</summary>
    public long Parked;

    /// <summary>Events that were given up, since no worker came in time or too much waited. Their clients were closed.</summary>
    public long Dropped;

    /// <summary>Events of clients whose path no worker serves, that were given up. Their clients were closed.</summary>
    public long Unserved;

    /// <summary>Events that were given up, since workers died of them. Their clients were closed.</summary>
    public long Deadly;

    /// <summary>Messages that a PHP worker's packets cannot carry. Their clients were closed.</summary>
    public long TooBig;

    /// <summary>Links ended because their worker did not get on.</summary>
    public long Hung;

    /// <summary>Times that a client was not read because its link was full, or too much of its own was on the way.</summary>
    public long Paused;

    /// <summary>Events that wait for a worker now.</summary>
    public long ParkedNow;

    /// <summary>Links now.</summary>
    public long Links;
}
