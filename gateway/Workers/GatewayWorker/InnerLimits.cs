using Portico.Gateway.Hosting;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>Ceilings of one inner connection that speaks GatewayWorker's protocol.</summary>
internal sealed record InnerLimits
{
    /// <summary>Time from accept to the first whole packet, which proves the secret when there is one.</summary>
    public required TimeSpan FirstPacketTime { get; init; }

    /// <summary>Bytes of a packet of a peer that has not proved the secret: those two packets are short.</summary>
    public required int FirstPacketBytes { get; init; }

    /// <summary>Time in which a query must make progress. PHP's reader would wait for ever, so the connection is closed then.</summary>
    public required TimeSpan QueryTime { get; init; }

    /// <summary>Queries whose answers are on the way; past it the connection is not read.</summary>
    public required int Queries { get; init; }

    /// <summary>Bytes of commands that wait for the loops; past it the connection is not read.</summary>
    public required long Commands { get; init; }

    /// <summary>Bytes of events that wait for a worker, in each loop; past it the clients that feed it are not read.</summary>
    public required long Events { get; init; }

    /// <summary>Bytes of one event's body and session; a packet that is longer would make the worker drop its connection.</summary>
    public required int Event { get; init; }

    /// <summary>How often a worker is told that the link lives.</summary>
    public required TimeSpan PingPeriod { get; init; }

    /// <summary>The ceilings that the configuration gives.</summary>
    public static InnerLimits From(LimitOptions limits) => new()
    {
        FirstPacketTime = TimeSpan.FromSeconds(limits.InnerFirstPacketSeconds),
        FirstPacketBytes = limits.InnerFirstPacketBytes,
        QueryTime = TimeSpan.FromSeconds(limits.InnerQuerySeconds),
        Queries = limits.InnerQueries,
        Commands = limits.CommandBytes,
        Events = limits.LinkBytes,
        Event = LimitOptions.LargestPhpEventBytes,
        PingPeriod = TimeSpan.FromSeconds(limits.InnerPingSeconds),
    };
}
