namespace Portico.Gateway.Connections;

/// <summary>What happened to the clients of one loop. Written by the loop alone; telemetry may read a value that is a moment old.</summary>
internal sealed class ClientCounters
{
    /// <summary>Connections taken over.</summary>
    public long Accepted;

    /// <summary>Connections ended, for whatever reason.</summary>
    public long Closed;

    /// <summary>Messages from clients.</summary>
    public long MessagesIn;

    /// <summary>Payload bytes of them.</summary>
    public long BytesIn;

    /// <summary>Messages that an outbox or socket took.</summary>
    public long MessagesOut;

    /// <summary>Closed because they read too slowly.</summary>
    public long SlowConsumers;

    /// <summary>Closed because they broke the protocol or a size limit.</summary>
    public long Refused;

    /// <summary>Let go at once since the gateway, or their address, has as many as it may.</summary>
    public long TurnedAway;

    /// <summary>Closed because they were silent: handshake, first message, heartbeat, idle.</summary>
    public long TimedOut;

    /// <summary>Closed because they sent too fast.</summary>
    public long TooFast;

    /// <summary>Sockets that broke.</summary>
    public long Broken;

    /// <summary>Pings sent.</summary>
    public long Pings;
}
