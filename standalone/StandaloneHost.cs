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
    /// <exception cref="ConfigurationException">An option is wrong; it names the faults of all roles.</exception>
    public static IHost Build(IConfiguration configuration)
    {
        var secrets = StandaloneSecrets.Open(configuration["DataFolder"] ?? "data", configuration);
        var shared = new ConfigurationBuilder()
            .AddConfiguration(configuration)
            .AddInMemoryCollection(secrets.Overlay)
            .AddInMemoryCollection(Wiring(configuration))
            .Build();

        var builder = RoleBuilder.CreatePlain(configuration);

        // Stopped from the end. The gateway first: its worker hears of the clients' ends and stores what they sent last. The register last.
        IReadOnlyList<StandaloneRole> roles = BuildAll(shared,
        [
            new("register", RegisterHost.Build),
            new("web-api", WebApiHost.Build),
            new("businessworker", BusinessWorkerHost.Build),
            new("gateway", GatewayHost.Build),
        ]);
        builder.Services.AddSingleton(roles);
        builder.Services.AddSingleton(secrets);
        builder.Services.AddSingleton(provider => new StartScreen(shared, roles, secrets));
        builder.Services.AddHostedService<StandaloneRoles>();
        return builder.Build();
    }

    /// <summary>Every role is tried, so that one start shows the faults of all.</summary>
    private static List<StandaloneRole> BuildAll(IConfiguration configuration, IEnumerable<KeyValuePair<string, Func<IConfiguration, IHost>>> builds)
    {
        var roles = new List<StandaloneRole>();
        var faults = new List<string>();
        foreach (var (name, build) in builds)
        {
            try
            {
                roles.Add(new StandaloneRole(name, build(configuration)));
            }
            catch (ConfigurationException fault)
            {
                faults.AddRange(fault.Faults);
            }
        }

        if (faults.Count == 0)
        {
            return roles;
        }

        roles.ForEach(role => role.Host.Dispose());
        throw new ConfigurationException([.. faults.Distinct()]);
    }

    /// <summary>
    /// How the roles find each other, unless the configuration says so itself; and demo identities, which are given out only while
    /// nobody but this machine can reach any listener, be it through a proxy, which other names would betray.
    /// </summary>
    private static Dictionary<string, string?> Wiring(IConfiguration configuration)
    {
        var register = Listeners.Reachable(configuration["Register:Listen"]);
        var messageLog = Listeners.Reachable(configuration["WebApi:InnerListen"]);
        var isAskedFor = !string.Equals(configuration["WebApi:Demo"], "false", StringComparison.OrdinalIgnoreCase);
        var isAlone = Listeners.AreAllLoopback(configuration) && configuration.Entries("WebApi:AllowedHosts").Count == 0;
        var wiring = new Dictionary<string, string?> { ["WebApi:Demo"] = isAskedFor && isAlone ? "true" : "false", [RoleBuilder.IsPartKey] = "true" };
        if (!configuration.GetSection("Logging:LogLevel").GetChildren().Any())
        {
            // The start screen says what the roles would say each for itself.
            wiring["Logging:LogLevel:Portico"] = "Warning";
        }

        foreach (var role in (string[])["Gateway", "BusinessWorker", "WebApi"])
        {
            if (configuration.Entries($"{role}:RegisterAddress").Count == 0)
            {
                wiring[$"{role}:RegisterAddress:0"] = register;
            }
        }

        if (string.IsNullOrEmpty(configuration["WebApi:ClientUrl"]) && Listeners.FirstWebSocket(configuration) is { } gateway)
        {
            wiring["WebApi:ClientUrl"] = gateway;
        }

        if (configuration.Entries("BusinessWorker:MessageLog").Count == 0 && messageLog is not null)
        {
            wiring["BusinessWorker:MessageLog"] = messageLog;
        }

        return wiring;
    }
}
