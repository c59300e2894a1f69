using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.BusinessWorker.Dispatch;
using Portico.BusinessWorker.Events;
using Portico.BusinessWorker.Links;
using Portico.Client;
using Portico.Contracts.Link;
using Portico.Hosting;
using Portico.Hosting.Tls;

namespace Portico.BusinessWorker.Hosting;

/// <summary>Builds the worker; the role's one public entry.</summary>
public static class BusinessWorkerHost
{
    /// <summary>A worker with the modules that come with it.</summary>
    /// <exception cref="ConfigurationException">The configuration is wrong; it holds every fault.</exception>
    public static IHost Build(IConfiguration configuration) => Build(configuration, new EventsModules());

    /// <summary>A worker with further modules.</summary>
    /// <exception cref="ConfigurationException">The configuration is wrong; it holds every fault.</exception>
    public static IHost Build(IConfiguration configuration, EventsModules modules)
    {
        var faults = new ConfigurationFaults();
        var options = new BusinessWorkerOptionsReader(configuration, modules, faults).Read();
        faults.ThrowIfAny();

        var builder = RoleBuilder.CreatePlain(configuration);
        var services = builder.Services;
        services.AddSingleton(options);
        services.AddSingleton(options.Tls);
        services.AddSingleton<InnerTls>();
        services.AddSingleton(modules);
        services.AddSingleton<LinkTable>();
        services.AddSingleton<EarlyPosts>();
        services.AddSingleton<IGatewayPosts, LinkPosts>();
        services.AddSingleton<IGatewayCommands, LinkCommands>();
        services.AddSingleton<IMessageLog>(provider => provider.GetRequiredService<MessageLogClient>());
        services.AddSingleton(provider => new MessageLogClient(
            options.MessageLog, new MessageLogOptions { SecretKey = options.SecretKey, Tls = provider.GetRequiredService<InnerTls>().Client },
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IGatewayClient>(provider => new GatewayClient(provider.GetRequiredService<IGatewayCommands>()));
        services.AddSingleton(provider => new RegisterWatcher(
            new RegisterWatcherOptions
            {
                Registers = options.RegisterAddresses,
                SecretKey = options.SecretKey,
                Tls = provider.GetRequiredService<InnerTls>().Client,
                AllowPlain = options.Tls.MayCallPlain,
                TimeProvider = provider.GetRequiredService<TimeProvider>(),
            },
            provider.GetRequiredService<ILogger<RegisterWatcher>>()));
        services.AddSingleton<WorkerModules>();
        services.AddSingleton(CreateServices);
        services.AddSingleton(CreateModules);
        services.AddSingleton<EventHandling>();
        services.AddSingleton(provider => new GatewayLinkSet(CreatePeerSettings(provider)));
        services.AddHostedService<WorkerService>();
        services.AddHostedService<WorkerReports>();
        return builder.Build();
    }

    private static WorkerServices CreateServices(IServiceProvider provider) => new()
    {
        Posts = provider.GetRequiredService<IGatewayPosts>(),
        Gateway = provider.GetRequiredService<IGatewayClient>(),
        MessageLog = provider.GetRequiredService<IMessageLog>(),
        Clock = provider.GetRequiredService<TimeProvider>(),
        TimeZone = provider.GetRequiredService<BusinessWorkerOptions>().TimeZone,
        Logs = provider.GetRequiredService<ILoggerFactory>(),
        Configuration = provider.GetRequiredService<IConfiguration>(),
    };

    private static ModuleTable CreateModules(IServiceProvider provider)
    {
        var worker = provider.GetRequiredService<WorkerServices>();
        var known = provider.GetRequiredService<EventsModules>();
        var created = new List<KeyValuePair<ModulePlace, IEvents>>();
        foreach (var (name, place) in provider.GetRequiredService<BusinessWorkerOptions>().Events)
        {
            if (known.TryGet(name, out _, out var create))
            {
                created.Add(new(place, create(worker)));
            }
        }

        return new ModuleTable(created);
    }

    private static GatewayPeerSettings CreatePeerSettings(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<BusinessWorkerOptions>();
        var instance = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        return new GatewayPeerSettings
        {
            // Two workers of one name, or of one container image, must not take each other's place.
            WorkerKey = string.Create(CultureInfo.InvariantCulture, $"{options.Name}:{Environment.MachineName}:{Environment.ProcessId}:{instance:x}"),
            Instance = instance,
            Places = [.. options.Events.Select(entry => KeyValuePair.Create(entry.Place, entry.Name))],
            SecretKey = options.SecretKey,
            Tls = provider.GetRequiredService<InnerTls>().Client,
            AllowPlain = options.Tls.MayCallPlain,
            Options = new LinkOptions(),
            Handling = provider.GetRequiredService<EventHandling>(),
            Table = provider.GetRequiredService<LinkTable>(),
            Clock = provider.GetRequiredService<TimeProvider>(),
            Warnings = provider.GetRequiredService<RepeatedWarnings>(),
            Log = provider.GetRequiredService<ILoggerFactory>().CreateLogger<GatewayPeer>(),
        };
    }
}
