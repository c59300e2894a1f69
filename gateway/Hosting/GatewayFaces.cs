using Microsoft.Extensions.Logging;
using Portico.Gateway.Loops;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Hosting;

/// <summary>What answers on the inner port, made once the loops are there.</summary>
internal sealed class GatewayFaces
{
    /// <summary>Makes them.</summary>
    public GatewayFaces(LoopSet loops, GatewayIdentity identity, GatewayOptions options, ILoggerFactory loggers)
    {
        var limits = Limits(options.Limits);
        var router = new CommandRouter(loops);
        Attach = new AttachEndpoint(loops, identity, limits, loggers.CreateLogger<AttachEndpoint>());
        Execute = new ExecuteEndpoint(router, limits);
        Router = router;
    }

    /// <summary>Workers' streams.</summary>
    public AttachEndpoint Attach { get; }

    /// <summary>Commands of callers that are not workers.</summary>
    public ExecuteEndpoint Execute { get; }

    /// <summary>The way into the loops, for the other tongue.</summary>
    public ICommandRouter Router { get; }

    /// <summary>The options as the links want them.</summary>
    public static LinkLimits Limits(LimitOptions options) => new()
    {
        Events = options.LinkBytes,
        Message = options.LinkMessageBytes,
        Received = options.ReceivedMessageBytes,
        Commands = options.CommandBytes,
        Parts = options.PartBytes,
        Results = options.ResultBytes,
    };

    /// <summary>The transport that the options name.</summary>
    public static TransportFactory Transport(GatewayOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        _ = TransportFactory.TryParse(options.Transport, out var kind);
        return new TransportFactory(kind, new TransportOptions(), clock, loggers);
    }
}
