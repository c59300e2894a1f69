using System.Diagnostics;
using Portico.Support;

namespace Portico.Cluster.Tests.Support;

/// <summary>A checker of the lab, run as a process. Those who have no lab skip its tests by name.</summary>
internal static class LabTool
{
    // The batteries bound themselves; this ends one that hangs.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    /// <summary>Why the tool cannot run here; null when it can.</summary>
    public static string? Missing(string script) =>
        Repository.Lab is not { } lab || !File.Exists(Path.Combine(lab, script)) ? $"{script} is not there (PORTICO_LAB)"
        : !HasPython() ? "python3 is not there"
        : null;

    /// <summary>Runs it to its end.</summary>
    /// <returns>Its exit code and all it printed.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string script, params string[] args)
    {
        var start = new ProcessStartInfo("python3") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Repository.Lab!, script));
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
