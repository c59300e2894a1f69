using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Portico.Support;

/// <summary>One role as an OS process of its own, with all it prints. Ends with the test.</summary>
public sealed class RoleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RoleProcess(Process process, string readyText)
    {
        _process = process;
        process.OutputDataReceived += (_, line) => Take(line.Data, readyText);
        process.ErrorDataReceived += (_, line) => Take(line.Data, readyText);
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The role ended before it was ready.\n{Log}"));
    }

    /// <summary>Process number.</summary>
    public int Id => _process.Id;

    /// <summary>True once it ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Everything it printed so far.</summary>
    public string Log => string.Join('\n', _lines);

    /// <summary>Starts a role and waits for the line that says it is ready.</summary>
    /// <param name="assembly">Name of the program beside the tests, for example "Portico.Gateway".</param>
    /// <param name="readyText">Text of the line to wait for.</param>
    /// <param name="folder">Working folder.</param>
    /// <param name="args">Command line.</param>
    public static async Task<RoleProcess> StartAsync(string assembly, string readyText, string folder, params string[] args)
    {
        var role = Launch(assembly, readyText, folder, args);
        await role._ready.Task.Guarded();
        return role;
    }

    /// <summary>Starts a role and does not wait.</summary>
    public static RoleProcess Launch(string assembly, string readyText, string folder, params string[] args) => Launch(assembly, readyText, folder, 0, args);

    /// <summary>Starts a role that may open so many files and sockets (0: as many as the tests), and waits for the line that says it is ready.</summary>
    public static async Task<RoleProcess> StartWithAsync(int openFiles, string assembly, string readyText, string folder, params string[] args)
    {
        var role = Launch(assembly, readyText, folder, openFiles, args);
        await role._ready.Task.Guarded();
        return role;
    }

    private static RoleProcess Launch(string assembly, string readyText, string folder, int openFiles, string[] args)
    {
        var start = new ProcessStartInfo(openFiles > 0 ? "/bin/sh" : "dotnet")
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var word in openFiles > 0 ? ["-c", $"ulimit -n {openFiles}; exec dotnet \"$@\"", "dotnet"] : Array.Empty<string>())
        {
            start.ArgumentList.Add(word);
        }

        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        var role = new RoleProcess(new Process { StartInfo = start, EnableRaisingEvents = true }, readyText);
        role._process.Start();
        role._process.BeginOutputReadLine();
        role._process.BeginErrorReadLine();
        return role;
    }

    /// <summary>Waits until the line came that says it is ready.</summary>
    public Task ReadyAsync() => _ready.Task.Guarded();

    /// <summary>Waits until a printed line holds the text, also one from before.</summary>
    public Task SeenAsync(string text) =>
        Guard.UntilAsync(() => _lines.Any(line => line.Contains(text, StringComparison.Ordinal)), $"a line with '{text}'; printed so far:\n{Log}");

    /// <summary>SIGTERM, then waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, Sigterm);
        }

        await _process.WaitForExitAsync().Guarded();
        return _process.ExitCode;
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().Guarded();
        return _process.ExitCode;
    }

    /// <summary>Kills it as a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().Guarded();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    /// <summary>Stops it as a hanging machine would: it keeps its sockets and does nothing.</summary>
    public void Freeze() => _ = Kill(_process.Id, Sigstop);

    /// <summary>Lets it go on.</summary>
    public void Thaw() => _ = Kill(_process.Id, Sigcont);

    private const int Sigterm = 15;
    private const int Sigcont = 18;
    private const int Sigstop = 19;

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);

    private void Take(string? line, string readyText)
    {
        if (line is null)
        {
            return;
        }

        _lines.Enqueue(line);
        if (line.Contains(readyText, StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }
}
