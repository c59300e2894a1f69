using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Portico.Hosting.Metrics;

namespace Portico.Hosting;

/// <summary>The host builders that all roles start from: nothing but the given configuration, one line a log entry, a bounded stop.</summary>
public static class RoleBuilder
{
    /// <summary>Every role ends within 10 s of being told to; this leaves two seconds for what comes after the services.</summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromSeconds(8);

    /// <summary>For roles that listen with Kestrel. No endpoint is configured; use <c>builder.WebHost.ConfigureKestrel</c>.</summary>
    public static WebApplicationBuilder CreateWeb(IConfiguration configuration)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        AddCommon(builder.Services, builder.Logging, configuration);
        return builder;
    }

    /// <summary>
    /// Makes a listener that cannot be had end the start with a sentence that names its key, and the others rest while descriptors are short.
    /// </summary>
    /// <param name="services">Those of a builder of <see cref="CreateWeb"/>.</param>
    /// <param name="keyOf">The key that gave an address.</param>
    public static void NameListeners(IServiceCollection services, Func<IPEndPoint, string> keyOf)
    {
        var usual = services.Last(service => service.ServiceType == typeof(IConnectionListenerFactory));
        services.AddSingleton<IConnectionListenerFactory>(provider => new NamedListenerFactory(
            (IConnectionListenerFactory)ActivatorUtilities.CreateInstance(provider, usual.ImplementationType!),
            keyOf,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<NamedListenerFactory>>()));
    }

    /// <summary>For roles that listen to nothing.</summary>
    public static HostApplicationBuilder CreatePlain(IConfiguration configuration)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddConfiguration(configuration);
        AddCommon(builder.Services, builder.Logging, configuration);
        return builder;
    }

    /// <summary>
    /// Set to true for a role that is part of a process with others: it leaves signals (SIGTERM, Ctrl-C) to that process, which stops its roles one after the
    /// other.
    /// </summary>
    public const string IsPartKey = "Hosting:IsPart";

    private static void AddCommon(IServiceCollection services, ILoggingBuilder logging, IConfiguration configuration)
    {
        if (configuration.GetValue<bool>(IsPartKey))
        {
            services.AddSingleton<IHostLifetime, PartLifetime>();
        }

        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RoleAddresses>();
        services.AddSingleton<RepeatedWarnings>();
        services.AddSingleton<RoleReadiness>();
        services.AddSingleton<RoleFailure>();
        services.AddSingleton<HealthPages>();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = StopTime);
        services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        logging.SetMinimumLevel(LogLevel.Information);
        logging.AddConfiguration(configuration.GetSection("Logging"));
        logging.AddFilter("Microsoft", LogLevel.Warning);
        // It logs each call of a peer that vanishes; what a method fails at is logged by our interceptor.
        logging.AddFilter("Grpc", LogLevel.Warning);

        // Why a role cannot start is said by RoleRunner, in a sentence; the host would put a stack trace before it.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        // Says nothing at this level, but makes a trace activity for each HTTP request as soon as it could say something.
        logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // An error for each stream of a peer that floods its connection: a thousand lines a second that anybody can have written. Kestrel ends the connection.
        logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.Critical);
        logging.AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            options.ColorBehavior = LoggerColorBehavior.Disabled;
        });
    }
}
