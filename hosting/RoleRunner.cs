using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Hosting.Metrics;

namespace Portico.Hosting;

/// <summary>The main program of every role: configuration, host, faults at start as sentences, exit code.</summary>
public static partial class RoleRunner
{
    private const int FewestOfRole = 320;
    private const int FewestOfStandalone = 512;
    private const int ManyDescriptors = 4096;

    private static readonly string[] HelpWords = ["--help", "-h", "-?", "/?"];

    /// <summary>Runs one role until it is told to stop (SIGTERM, Ctrl-C).</summary>
    /// <param name="role">Lower-case name, for example "gateway"; names the defaults file <c>appsettings.{role}.json</c>.</param>
    /// <param name="args">Command line, <c>--A:B=value</c>.</param>
    /// <param name="build">Builds the host from the finished configuration.</param>
    /// <returns>0 after a clean stop, 1 when the role could not start (the reasons stand on standard error).</returns>
    [SuppressMessage(
        "Design", "CA1031", Justification = "The last border of a process: the operator sees the sentence and the exit code instead of a stack trace.")]
    public static async Task<int> RunAsync(string role, string[] args, Func<IConfiguration, IHost> build)
    {
        if (args.Intersect(HelpWords).Any())
        {
            Console.WriteLine(Help(role));
            return 0;
        }

        IHost? host = null;
        MetricsListener? metrics = null;
        try
        {
            CheckDescriptors(role);
            var configuration = RoleConfiguration.Load(role, args);
            RoleConfiguration.CheckLogLevels(configuration);
            host = build(configuration);
            var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Portico.Configuration");
            foreach (var key in RoleConfiguration.UnknownKeys(configuration).Concat(RoleConfiguration.UnknownArguments(args)))
            {
                UnknownKey(log, key);
            }

            if (Descriptors.Limit < ManyDescriptors)
            {
                FewDescriptors(log, Descriptors.Limit, Descriptors.Room);
            }

            metrics = await MetricsListener.StartAsync(configuration, host.Services.GetRequiredService<HealthPages>());
            var failure = host.Services.GetRequiredService<RoleFailure>();
            await host.RunAsync();
            return failure.Sentence is { } sentence ? throw new ConfigurationException([sentence]) : 0;
        }
        catch (ConfigurationException faults)
        {
            await Console.Error.WriteLineAsync($"portico {role} cannot run:");
            foreach (var fault in faults.Faults)
            {
                await Console.Error.WriteLineAsync("  " + fault);
            }

            return 1;
        }
        catch (Exception fault)
        {
            await Console.Error.WriteLineAsync($"portico {role} cannot run: {fault.Message}");
            await Console.Error.WriteLineAsync(fault.ToString());
            return 1;
        }
        finally
        {
            if (metrics is not null)
            {
                await metrics.DisposeAsync();
            }

            if (host is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
            else
            {
                host?.Dispose();
            }
        }
    }

    // The runtime itself needs some hundred, and ends the process in the middle of something when it gets none.
    private static void CheckDescriptors(string role)
    {
        var least = role == "standalone" ? FewestOfStandalone : FewestOfRole;
        if (Descriptors.Limit < least)
        {
            throw new ConfigurationException(
            [
                $"ulimit -n is {Descriptors.Limit}: must be {least} or more, and more than the connections that are expected "
                + "(ulimit -n 65536, or LimitNOFILE=65536 in a systemd unit).",
            ]);
        }
    }

    private static string Help(string role) =>
        $"""
        portico {role}
          Settings come, lowest first, from {Path.Combine(AppContext.BaseDirectory, $"appsettings.{role}.json")} (every one with its default),
          appsettings.json beside it, appsettings.json in the working folder, the environment (Section__Key=value) and the command line (--Section:Key=value).
          What they mean: docs/configuration.md. SIGTERM or Ctrl-C ends it.
        """;

    [LoggerMessage(4, LogLevel.Warning, "ulimit -n is {Limit}: about {Room} connections fit")]
    private static partial void FewDescriptors(ILogger log, int limit, int room);

    [LoggerMessage(1, LogLevel.Warning, "Unknown configuration key {Key} is ignored.")]
    private static partial void UnknownKey(ILogger log, string key);
}
