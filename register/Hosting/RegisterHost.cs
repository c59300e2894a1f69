using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Rpc;
using Portico.Hosting;
using Portico.Hosting.Tls;
using Portico.Register.Registry;

namespace Portico.Register.Hosting;

/// <summary>Puts a register together: one list, one port, two tongues.</summary>
public static partial class RegisterHost
{
    /// <summary>Builds the host from the finished configuration.</summary>
    /// <exception cref="ConfigurationException">The configuration cannot be used; it names all faults.</exception>
    public static IHost Build(IConfiguration configuration) => Build(configuration, TimeProvider.System);

    internal static IHost Build(IConfiguration configuration, TimeProvider timeProvider)
    {
        var options = RegisterOptionsReader.Read(configuration);
        var builder = RoleBuilder.CreateWeb(configuration);
        builder.Services.AddSingleton(timeProvider);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(options.Tls);
        builder.Services.AddSingleton<InnerTls>();
        builder.Services.AddSingleton(services => new GatewayRoll(
            services.GetRequiredService<ILogger<GatewayRoll>>(), timeProvider, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        builder.Services.AddSingleton<RoleReports>();
        builder.Services.AddSingleton<RegistryMeter>();
        builder.Services.AddSingleton<RpcFace>();
        builder.Services.AddSingleton<TextFace>();
        RoleBuilder.NameListeners(builder.Services, _ => "Register:Listen");
        builder.WebHost.ConfigureKestrel((_, kestrel) =>
        {
            RpcServerLimits.Apply(kestrel);
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            var text = kestrel.ApplicationServices.GetRequiredService<TextFace>();
            var tls = kestrel.ApplicationServices.GetRequiredService<InnerTls>();
            kestrel.Listen(options.Listen, listen =>
            {
                new TlsDoor(tls.Handshake, tls.Options.AllowPlain, tls.Refused).Use(listen, timeProvider, options.FirstLine);
                listen.UseTongues(text.RunAsync, timeProvider, options.FirstLine);
            });
        });

        var app = builder.Build();
        _ = app.Services.GetRequiredService<RegistryMeter>();
        app.Services.GetRequiredService<RpcFace>().Map(app);
        app.MapRpcUnknown();
        app.Lifetime.ApplicationStarted.Register(() => AnnounceReady(app.Services, options));
        return app;
    }

    private static void AnnounceReady(IServiceProvider services, RegisterOptions options)
    {
        var bound = services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var address = new IPEndPoint(options.Listen.Address, new Uri(bound).Port).ToString();
        services.GetRequiredService<RoleAddresses>().Add("register", address);
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger("Portico.Register");
        services.GetRequiredService<InnerTls>().Announce();
        Ready(log, address);
        if (options.SecretKey.IsOpen)
        {
            NoKey(log);
        }
    }

    [LoggerMessage(1000, LogLevel.Information, "Portico register is ready: {Address}")]
    private static partial void Ready(ILogger log, string address);

    [LoggerMessage(1001, LogLevel.Warning, "SecretKey is empty: every program on this machine may announce gateways")]
    private static partial void NoKey(ILogger log);
}
