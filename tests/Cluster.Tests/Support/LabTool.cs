using System.Diagnostics;
using Portico.Support;

namespace Portico.Cluster.Tests.Support;

/// <summary>A checker of bench/lab, run as a process.</summary>
internal static class LabTool
{
    // The checkers have limits of their own; this ends one that hangs.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Why the checkers cannot run here; null when they can.</summary>
    public static string? Missing { get; } = HasPython() ? null : "python3 is not installed";

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code and all it printed.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string script, params string[] args)
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Repository.Lab, script));
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync().WaitAsync(Longest);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static bool HasPython() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, "python3")));
}
