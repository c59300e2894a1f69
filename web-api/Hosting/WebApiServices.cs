using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Rpc;
using Portico.Hosting.Secrets;
using Portico.Hosting.Tls;
using Portico.WebApi.Endpoints;
using Portico.WebApi.Identity;
using Portico.WebApi.Import;
using Portico.WebApi.Media;
using Portico.WebApi.Messages;
using Portico.WebApi.Pages;
using Portico.WebApi.Service;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Hosting;

/// <summary>Everything a web-api is made of.</summary>
internal static class WebApiServices
{
    public static void Add(IServiceCollection services, WebApiOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(options.StoreLimits);
        AddStore(services, options);
        AddGateways(services, options);
        services.AddSingleton(_ => new CodeKeys(options.CodeKeys.Count > 0 ? options.CodeKeys : [KeptSecret.ReadOrCreate(options.DataFolder, "code.key").Secret]));
        services.AddSingleton(provider => new OpaqueCodes(provider.GetRequiredService<CodeKeys>().All));
        services.AddSingleton<MessageFrames>();
        services.AddSingleton<MessageContent>();
        services.AddSingleton<PushQueues>();
        services.AddSingleton<RecentMessages>();
        services.AddSingleton<Delivery>();
        services.AddSingleton<Pusher>();
        services.AddHostedService(provider => provider.GetRequiredService<Pusher>());
        services.AddSingleton<Recipients>();
        services.AddSingleton<SendLimits>();
        services.AddSingleton<SendMessage>();
        services.AddSingleton<ReadState>();
        services.AddSingleton<Typing>();
        services.AddSingleton<OnlineState>();
        AddService(services, options);
        services.AddSingleton<UploadLedger>();
        services.AddSingleton<MediaStore>();
        services.AddSingleton<PictureRemoval>();
        services.AddHostedService(provider => provider.GetRequiredService<MediaStore>());
        services.AddSingleton(provider => new WeChatMedia(new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }), options, provider.GetRequiredService<ILogger<WeChatMedia>>()));
        services.AddSingleton<Authenticator>();
        services.AddSingleton<CallerAddress>();
        services.AddSingleton<ClientBinder>();
        services.AddSingleton<RequestGate>();
        services.AddSingleton<PageFiles>();
        services.AddSingleton<ProblemPage>();
        services.AddHostedService<DemoProducts>();
        AddEndpoints(services);
    }

    private static void AddService(IServiceCollection services, WebApiOptions options)
    {
        services.AddSingleton(options.Service);
        services.AddSingleton<ServiceCases>();
        services.AddSingleton<WaitingVisitors>();
        services.AddSingleton<VisitorPresence>();
        services.AddSingleton<QueueChanges>();
        services.AddSingleton<QueueView>();
        services.AddSingleton<QueueRound>();
        services.AddSingleton<ServiceDesk>();
        services.AddSingleton<ServiceRequests>();
        services.AddHostedService<QueueTeller>();
        services.AddHostedService<LeaseKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<VisitorPresence>());
    }

    private static void AddStore(IServiceCollection services, WebApiOptions options)
    {
        services.AddSingleton(provider => new LogClock(provider.GetRequiredService<TimeProvider>(), options.TimeZone));
        services.AddSingleton<ISqlDialect>(provider => options.Store.Kind == "mysql"
            ? new MySqlDialect(options.Store.Place, provider.GetRequiredService<LogClock>())
            : new SqliteDialect(options.Store.Place, provider.GetRequiredService<LogClock>()));
        services.AddSingleton(provider => new StoreSetup(provider.GetRequiredService<ISqlDialect>(), provider.GetRequiredService<ILogger<StoreSetup>>(), options.OldTables));
        services.AddHostedService<StoreService>();
        services.AddSingleton<StoreProbe>();
        services.AddHostedService(provider => provider.GetRequiredService<StoreProbe>());
        services.AddSingleton<ChatLogWriter>();
        services.AddSingleton(provider => provider.GetRequiredService<ChatLogWriter>().Outage);
        services.AddSingleton<ChatLog>();
        services.AddSingleton<ProductTable>();
        services.AddSingleton<Retention>();
        services.AddSingleton<ErasedText>();
        services.AddSingleton<OldRows>();
        services.AddSingleton<OldTableImport>();
        services.AddHostedService<OldReadMarks>();
    }

    private static void AddGateways(IServiceCollection services, WebApiOptions options)
    {
        services.AddSingleton(options.Tls);
        services.AddSingleton<InnerTls>();
        services.AddSingleton(provider => new RegisterWatcher(
            new RegisterWatcherOptions
            {
                Registers = options.Registers,
                SecretKey = options.SecretKey.Own,
                Tls = provider.GetRequiredService<InnerTls>().Client,
                AllowPlain = options.Tls.MayCallPlain,
                TimeProvider = provider.GetRequiredService<TimeProvider>(),
            },
            provider.GetRequiredService<ILogger<RegisterWatcher>>()));
        services.AddHostedService<RegisterService>();
        services.AddHostedService<WebApiReports>();
        services.AddSingleton<IGatewayCommands>(provider => new GatewayDirectory(
            provider.GetRequiredService<RegisterWatcher>(),
            new GatewayDirectoryOptions
            {
                Channel = new RpcChannelOptions
                {
                    SecretKey = options.SecretKey.Own,
                    Tls = provider.GetRequiredService<InnerTls>().Client,
                    AllowPlain = options.Tls.MayCallPlain,
                    TimeProvider = provider.GetRequiredService<TimeProvider>(),
                },
            }));
        services.AddSingleton<IGatewayClient>(provider => new GatewayClient(provider.GetRequiredService<IGatewayCommands>()));
    }

    private static void AddEndpoints(IServiceCollection services)
    {
        services.AddSingleton<ErrorBorder>();
        services.AddSingleton<RequestScopes>();
        services.AddSingleton<ConversationAccess>();
        services.AddSingleton<MessageJson>();
        services.AddSingleton<GatewayEndpoint>();
        services.AddSingleton<ShopEndpoints>();
        services.AddSingleton<MessageEndpoints>();
        services.AddSingleton<ConversationEndpoints>();
        services.AddSingleton<DirectoryEndpoints>();
        services.AddSingleton<DemoEndpoints>();
        services.AddSingleton<TokenEndpoints>();
        services.AddSingleton<ShopMediaEndpoints>();
        services.AddSingleton<HistoryEndpoints>();
        services.AddSingleton<AdminEndpoints>();
        services.AddSingleton<ServiceEndpoints>();
        services.AddSingleton<SyncPages>();
        services.AddSingleton<ClientFrames>();
        services.AddSingleton<MessageLogService>();
        services.AddSingleton<Routes>();
    }
}
