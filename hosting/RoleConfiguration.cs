using Microsoft.Extensions.Configuration;

namespace Portico.Hosting;

/// <summary>The layers of configuration, highest last: defaults file of the role, appsettings.json, environment, command line.</summary>
public static class RoleConfiguration
{
    /// <summary>Reads all layers.</summary>
    public static IConfiguration Load(string role, string[] args) => new ConfigurationBuilder()
        .SetBasePath(AppContext.BaseDirectory)
        .AddJsonFile($"appsettings.{role}.json", optional: true)
        .AddJsonFile("appsettings.json", optional: true)
        .AddEnvironmentVariables()
        .AddCommandLine(args)
        .Build();
}
