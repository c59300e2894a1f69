namespace Portico.Gateway.Workers;

/// <summary>Ceilings of one gRPC stream of a worker, in bytes; Hosting fills them from its limit options.</summary>
internal sealed record LinkLimits
{
    /// <summary>Events that wait or are unacknowledged; beyond it the clients that feed the link are not read.</summary>
    public required long Events { get; init; }

    /// <summary>Of those, one client's; a client that was not read goes on at half of it.</summary>
    public required long Client { get; init; }

    /// <summary>One message to the worker; longer bodies go in parts.</summary>
    public required int Message { get; init; }

    /// <summary>One message from the worker.</summary>
    public required int Received { get; init; }

    /// <summary>Commands that wait for the loop; beyond it the stream is not read.</summary>
    public required long Commands { get; init; }

    /// <summary>Begun bodies in parts; more ends the stream.</summary>
    public required long Parts { get; init; }

    /// <summary>Results that the worker does not read; more ends the stream.</summary>
    public required long Results { get; init; }
}
