using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Gateway.Loops;
using Portico.Gateway.Workers;
using Portico.Hosting;
using Portico.Hosting.Tls;

namespace Portico.Gateway.Hosting;

/// <summary>Puts a gateway together: client listeners on its own loops, the inner port on Kestrel with both tongues.</summary>
public static partial class GatewayHost
{
    private static readonly TimeSpan FirstBytes = TimeSpan.FromSeconds(10);

    /// <summary>Builds the host from the finished configuration.</summary>
    /// <exception cref="ConfigurationException">The configuration cannot be used; it names all faults.</exception>
    public static IHost Build(IConfiguration configuration)
    {
        var options = GatewayOptionsReader.Read(configuration);
        var builder = RoleBuilder.CreateWeb(configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Tls);
        builder.Services.AddSingleton<InnerTls>();
        builder.Services.AddSingleton(services => Door(services.GetRequiredService<InnerTls>()));
        builder.Services.AddSingleton<InnerPort>();
        builder.Services.AddSingleton<GatewayService>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GatewayService>());
        builder.Services.AddSingleton<Drain>();
        builder.Services.AddSingleton<WorkerEntrance>();
        builder.Services.AddSingleton<ArrivalOrder>();
        builder.Services.AddSingleton<IConnectionListenerFactory, InnerListenerFactory>();
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            RpcServerLimits.Apply(kestrel);
            kestrel.Limits.MaxConcurrentConnections = Math.Min(options.Limits.InnerConnections, Descriptors.Room);
            var services = kestrel.ApplicationServices;
            var clock = services.GetRequiredService<TimeProvider>();
            kestrel.Listen(options.InnerListen, options.LanPort, listen =>
            {
                // Until the streams end, which is later than the beginning of a stop: what workers ask about the clients that it closes is answered.
                var ending = services.GetRequiredService<GatewayService>().StreamsEnd;
                services.GetRequiredService<TlsDoor>().Use(listen, clock, FirstBytes, ending);
                listen.UseTongues((connection, _) => PhpAsync(services, connection), clock, FirstBytes, ending);
            });
        });

        var app = builder.Build();
        Map(app, options);
        return app;
    }

    /// <summary>GatewayWorker's tongue. It ends with the streams, not with the beginning of the stop: workers must hear of the clients' ends.</summary>
    private static Task PhpAsync(IServiceProvider services, ConnectionContext connection)
    {
        var gateway = services.GetRequiredService<GatewayService>();
        return gateway.Faces.Php.RunAsync(connection, gateway.StreamsEnd);
    }

    private static TlsDoor Door(InnerTls tls) => new(tls.Handshake, tls.Options.AllowPlain, tls.Refused);

    private static void Map(WebApplication app, GatewayOptions options)
    {
        var gateway = app.Services.GetRequiredService<GatewayService>();
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Portico.Gateway.Inner");
        var rpc = new RpcServerOptions
        {
            SecretKey = options.SecretKey,
            OnRefusedKey = peer => gateway.Faces.Door.NoteKey(peer),
            MaxReceiveMessageSize = options.Limits.ReceivedMessageBytes,
            Stopping = gateway.StreamsEnd,
            OnFault = (path, fault) => CallFailed(log, path, fault),
        };
        app.MapRpcDuplex(AttachEndpoint.Path, call => gateway.Faces.Attach.AttachAsync(call), rpc);
        app.MapRpcDuplex(ExecuteEndpoint.Path, call => gateway.Faces.Execute.ExecuteAsync(call), rpc);
        var drain = app.Services.GetRequiredService<Drain>();
        app.MapRpcServerStreaming<DrainRequest>(Drain.Path, drain.RunAsync, rpc);
        app.MapRpcUnary<PlacesRequest, PlacesReply>(PlaceReport.Path, (_, _) => gateway.PlacesAsync(), rpc);
        app.MapRpcUnknown();
    }

    [LoggerMessage(103, LogLevel.Error, "Call {Path} failed")]
    private static partial void CallFailed(ILogger log, string path, Exception fault);
}
