using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.BusinessWorker.Hosting;
using Portico.Gateway.Hosting;
using Portico.Hosting;
using Portico.Register.Hosting;
using Portico.WebApi.Hosting;

namespace Portico.Standalone;

/// <summary>The four roles in one process, talking over loopback as they do across machines.</summary>
public static class StandaloneHost
{
    /// <summary>Builds all roles; they start and stop with the host.</summary>
    /// <exception cref="ConfigurationException">An option is wrong; all faults of the first role that has any.</exception>
    public static IHost Build(IConfiguration configuration)
    {
        var secrets = StandaloneSecrets.Open(configuration["DataFolder"] ?? "data", configuration);
        var shared = new ConfigurationBuilder()
            .AddConfiguration(configuration)
            .AddInMemoryCollection(secrets.Overlay)
            .AddInMemoryCollection(Wiring(configuration))
            .Build();

        var builder = RoleBuilder.CreatePlain(configuration);

        // The worker stops first and the register last, each while what it needs still answers.
        IReadOnlyList<StandaloneRole> roles =
        [
            new("register", RegisterHost.Build(shared)),
            new("web-api", WebApiHost.Build(shared)),
            new("gateway", GatewayHost.Build(shared)),
            new("businessworker", BusinessWorkerHost.Build(shared)),
        ];
        builder.Services.AddSingleton(roles);
        builder.Services.AddSingleton(secrets);
        builder.Services.AddHostedService<StandaloneRoles>();
        return builder.Build();
    }

    /// <summary>
    /// How the roles find each other, unless the configuration says so itself; and demo identities, which are given out only while
    /// nobody but this machine can reach any listener.
    /// </summary>
    private static Dictionary<string, string?> Wiring(IConfiguration configuration)
    {
        var register = configuration["Register:Listen"];
        var messageLog = configuration["WebApi:InnerListen"];
        var wiring = new Dictionary<string, string?> { ["WebApi:Demo"] = Listeners.AreAllLoopback(configuration) ? "true" : "false" };
        foreach (var role in (string[])["Gateway", "BusinessWorker", "WebApi"])
        {
            if (!configuration.GetSection($"{role}:RegisterAddress").GetChildren().Any())
            {
                wiring[$"{role}:RegisterAddress:0"] = register;
            }
        }

        if (string.IsNullOrEmpty(configuration["WebApi:ClientUrl"]) && Listeners.FirstWebSocket(configuration) is { } gateway)
        {
            wiring["WebApi:ClientUrl"] = gateway;
        }

        if (configuration["BusinessWorker:MessageLog"] is null && messageLog is not null)
        {
            wiring["BusinessWorker:MessageLog"] = messageLog.Contains("://", StringComparison.Ordinal) ? messageLog : "http://" + messageLog;
        }

        return wiring;
    }
}
