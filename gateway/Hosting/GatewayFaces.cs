using Microsoft.Extensions.Logging;
using Portico.Gateway.Loops;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;
using Portico.Gateway.Workers.GatewayWorker;
using Portico.Hosting;

namespace Portico.Gateway.Hosting;

/// <summary>What answers on the inner port, made once the loops are there.</summary>
internal sealed class GatewayFaces : IDisposable
{
    /// <summary>Makes them.</summary>
    public GatewayFaces(LoopSet loops, GatewayIdentity identity, GatewayOptions options, TimeProvider clock, RepeatedWarnings warnings, ILoggerFactory loggers)
    {
        var limits = Limits(options.Limits);
        var router = new CommandRouter(loops);
        Door = new LinkDoor(loops, identity, limits, options.SecretKey, warnings, loggers.CreateLogger<LinkDoor>());
        Attach = new AttachEndpoint(loops, Door);
        Execute = new ExecuteEndpoint(router, limits);
        var log = loggers.CreateLogger<InnerConnectionHandler>();
        Refusals = new PhpRefusals(warnings);
        var port = new PhpPort
        {
            Loops = loops,
            Identity = identity,
            SecretKey = options.SecretKey,
            Serves = ServedPlaces.OfPhp(options.PhpPlaces),
            Limits = InnerLimits.From(options.Limits),
            Clock = clock,
            Logger = log,
            Refusals = Refusals,
            Warnings = warnings,
        };
        Php = new InnerConnectionHandler(port);
        ShortCalls = new PhpShortCalls(port);
    }

    /// <summary>Lets workers in.</summary>
    public LinkDoor Door { get; }

    /// <summary>Workers' streams on Kestrel.</summary>
    public AttachEndpoint Attach { get; }

    /// <summary>Commands of callers that are not workers.</summary>
    public ExecuteEndpoint Execute { get; }

    /// <summary>The other tongue: PHP's GatewayClient and PHP workers.</summary>
    public InnerConnectionHandler Php { get; }

    /// <summary>What was not done of that.</summary>
    public PhpRefusals Refusals { get; }

    /// <summary>The same tongue, from those who only say something and go.</summary>
    public PhpShortCalls ShortCalls { get; }

    /// <summary>The options as the links want them.</summary>
    public static LinkLimits Limits(LimitOptions options) => new()
    {
        Events = options.StreamBytes(),
        Client = options.ClientLinkBytes,
        Message = options.LinkMessageBytes,
        Received = options.ReceivedMessageBytes,
        Commands = options.CommandBytes,
        Parts = options.BegunBytes(),
        Results = options.ResultBytes,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Php.Dispose();
        ShortCalls.Dispose();
    }

    /// <summary>The transport that the options name.</summary>
    public static TransportFactory Transport(GatewayOptions options, TimeProvider clock, ILoggerFactory loggers)
    {
        _ = TransportFactory.TryParse(options.Transport, out var kind);
        var transport = new TransportOptions
        {
            TlsHandshakeTime = TimeSpan.FromSeconds(options.Limits.HandshakeSeconds),
            LeavesRoom = Descriptors.LeavesRoom,
            HasRoom = Descriptors.HasRoom,
        };
        return new TransportFactory(kind, transport, clock, loggers);
    }
}
