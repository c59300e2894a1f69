using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Portico.Hosting;

/// <summary>The main program of every role: configuration, host, faults at start as sentences, exit code.</summary>
public static class RoleRunner
{
    /// <summary>Runs one role until it is told to stop.</summary>
    /// <param name="role">Lower-case name, for example "gateway"; names the defaults file <c>appsettings.{role}.json</c>.</param>
    /// <param name="args">Command line, <c>--A:B=value</c>.</param>
    /// <param name="build">Builds the host from the finished configuration.</param>
    /// <returns>0 after a clean stop, 1 when the role could not start.</returns>
    public static async Task<int> RunAsync(string role, string[] args, Func<IConfiguration, IHost> build)
    {
        using var host = build(RoleConfiguration.Load(role, args));
        await host.RunAsync();
        return 0;
    }
}
