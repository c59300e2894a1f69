using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Hosting.Rpc;
using Portico.Hosting.Tls;
using Portico.WebApi.Endpoints;
using Portico.WebApi.Identity;
using Portico.WebApi.Pages;
using Portico.WebApi.Storage;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Hosting;

/// <summary>Puts a web-api together: the store, the road of messages, HTTP for everybody and gRPC for workers.</summary>
public static partial class WebApiHost
{
    private static readonly TimeSpan FirstBytes = TimeSpan.FromSeconds(10);

    // What a send holds beside its content, in bytes.
    private const int MessageFields = 65536;

    // The answer of a register that runs comes within milliseconds.
    private static readonly TimeSpan UsualWait = TimeSpan.FromSeconds(1);

    /// <summary>Builds the host from the finished configuration.</summary>
    /// <exception cref="ConfigurationException">The configuration cannot be used; it names all faults.</exception>
    public static IHost Build(IConfiguration configuration) => Build(configuration, null);

    /// <summary>The same with other services in place of the usual ones, for tests.</summary>
    internal static IHost Build(IConfiguration configuration, Action<IServiceCollection>? adjust)
    {
        var options = WebApiOptionsReader.Read(configuration);
        var builder = RoleBuilder.CreateWeb(configuration);
        WebApiServices.Add(builder.Services, options);
        builder.Services.AddRpc(configuration, options.SecretKey)
            .AddServiceOptions<MessageLogService>(log => log.MaxReceiveMessageSize = options.Limits.ContentBytes + MessageFields);
        adjust?.Invoke(builder.Services);
        // A request goes on where its bytes arrived, on a pool thread: two hand-overs less for each, and nothing here blocks for long.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        RoleBuilder.NameListeners(builder.Services, endPoint => endPoint.Equals(options.InnerListen) ? "WebApi:InnerListen" : "WebApi:Listen");
        builder.WebHost.ConfigureKestrel((_, kestrel) => Listen(kestrel, options));
        var app = builder.Build();
        UseBorders(app);
        app.Services.GetRequiredService<Routes>().Map(app);
        app.MapGrpcService<MessageLogService>();
        app.MapRpc();
        var (registers, probe) = (app.Services.GetRequiredService<RegisterWatcher>(), app.Services.GetRequiredService<StoreProbe>());
        var readiness = app.Services.GetRequiredService<RoleReadiness>();
        readiness.Add(() => registers.Current.Version > 0 ? null : "no register has answered yet");
        readiness.Add(() => probe.Missing);
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            AnnounceAddresses(app.Services, options);
            _ = configuration.GetValue<bool>(RoleBuilder.IsPartKey)
                ? Task.CompletedTask
                : AnnounceReadyAsync(app.Services, Task.WhenAll(registers.NextAsync(0, app.Lifetime.ApplicationStopping), probe.FirstSuccess));
        });
        return app;
    }

    private static void Listen(KestrelServerOptions kestrel, WebApiOptions options)
    {
        RpcServerLimits.ApplyHttp2(kestrel);
        // RequestBody holds the limit: if the server held it too, it would cut the connection before its answer is read.
        kestrel.Limits.MaxRequestBodySize = null;
        foreach (var url in options.Listen)
        {
            if (url.Address is { } address)
            {
                kestrel.Listen(address, url.Port, StopGrace.EndAfterGrace);
            }
            else
            {
                kestrel.ListenAnyIP(url.Port, StopGrace.EndAfterGrace);
            }
        }

        kestrel.Listen(options.InnerListen, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            var tls = kestrel.ApplicationServices.GetRequiredService<InnerTls>();
            new TlsDoor(tls.Handshake, tls.Options.AllowPlain, tls.Refused).Use(
                listen, kestrel.ApplicationServices.GetRequiredService<TimeProvider>(), FirstBytes);
            listen.Use(next => connection =>
            {
                connection.Features.Set(InnerListener.Instance);
                return next(connection);
            });
        });
    }

    private static void UseBorders(WebApplication app)
    {
        var border = app.Services.GetRequiredService<ErrorBorder>();
        var gate = app.Services.GetRequiredService<RequestGate>();
        var pages = app.Services.GetRequiredService<PageFiles>();
        app.Use(next => new HttpBorder(border, gate, pages, next).InvokeAsync);
    }

    private static void AnnounceAddresses(IServiceProvider services, WebApiOptions options)
    {
        var bound = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address).Port).ToList();
        var addresses = services.GetRequiredService<RoleAddresses>();
        for (var i = 0; i < options.Listen.Count; i++)
        {
            addresses.Add("http", (options.Listen[i] with { Port = bound[i] }).ToString());
        }

        addresses.Add("message log", new IPEndPoint(options.InnerListen.Address, bound[^1]).ToString());
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Portico.WebApi");
        if (options.ApiKeys.Count == 0)
        {
            NoApiKey(log);
        }

        if (options.TokenSecrets.Count == 0)
        {
            NoTokenSecret(log);
        }

        if (options.SecretKey.IsOpen)
        {
            NoSecretKey(log);
        }

        services.GetRequiredService<InnerTls>().Announce();
        WebApiMeter.ShowAll();
    }

    // The listeners are open before: what is sent is stored, and pushed as soon as a gateway is known.
    private static async Task AnnounceReadyAsync(IServiceProvider services, Task ready)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Portico.WebApi");
        var addresses = services.GetRequiredService<RoleAddresses>().ToString();
        try
        {
            await ready.WaitAsync(UsualWait, services.GetRequiredService<TimeProvider>());
        }
        catch (TimeoutException)
        {
            Waiting(log, addresses, services.GetRequiredService<RoleReadiness>().Missing ?? "");
            await ready.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException)
        {
            // The process stops before it was ready.
            return;
        }

        if (ready.IsCompletedSuccessfully)
        {
            Ready(log, addresses);
        }
    }

    [LoggerMessage(3900, LogLevel.Information, "Portico web-api is ready: {Addresses}")]
    private static partial void Ready(ILogger log, string addresses);

    [LoggerMessage(3905, LogLevel.Warning, "Portico web-api listens on {Addresses}, and waits: {Missing}")]
    private static partial void Waiting(ILogger log, string addresses, string missing);

    [LoggerMessage(3901, LogLevel.Warning, "WebApi:ApiKeys is empty: backends are answered 401")]
    private static partial void NoApiKey(ILogger log);

    [LoggerMessage(3902, LogLevel.Warning, "TokenSecret is not set: user tokens are answered 401")]
    private static partial void NoTokenSecret(ILogger log);

    [LoggerMessage(3903, LogLevel.Warning, "SecretKey is not set: every program on this machine may write to the message log")]
    private static partial void NoSecretKey(ILogger log);
}
