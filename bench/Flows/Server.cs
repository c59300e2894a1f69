using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Portico.Bench.Flows;

/// <summary>A server under load: ours, the ceiling, or a peer that somebody else started.</summary>
internal sealed partial class Server(string name, string url, IReadOnlyList<int> processes, IReadOnlyList<Process> owned) : IAsyncDisposable
{
    private const int Terminate = 15;

    public string Name { get; } = name;

    public string Url { get; } = url;

    /// <summary>Whose CPU time and memory count; empty when not known.</summary>
    public IReadOnlyList<int> Processes { get; } = processes;

    /// <summary>The pages of numbers of <see cref="Processes"/>, where they were asked for.</summary>
    public IReadOnlyList<Uri> Metrics { get; private init; } = [];

    /// <summary>True for the bare C server, which knows no business.</summary>
    public bool IsCeiling { get; private init; }

    /// <summary><c>name=url</c> or <c>name=url,pid,pid</c>.</summary>
    public static Server ParsePeer(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        var parts = text[(equals + 1)..].Split(',');
        return new Server(text[..Math.Max(0, equals)], parts[0], [.. parts[1..].Select(pid => int.Parse(pid, CultureInfo.InvariantCulture))], []);
    }

    public static async Task<Server> StartCeilingAsync(LabTools lab, FlowOptions options)
    {
        var port = FreePort();
        var process = Launch(options.ServerCore, await lab.BuildAsync("limit"), [port.ToString(CultureInfo.InvariantCulture)], Stream.Null);
        await ListensAsync(port, process);
        return new Server("limit (C)", $"ws://127.0.0.1:{port}", [process.Id], [process]) { IsCeiling = true };
    }

    /// <summary>A register, a gateway with the playground's worker; gateway and worker count.</summary>
    public static async Task<Server> StartPorticoAsync(string name, string transport, FlowOptions options, string folder, bool withMetrics = false)
    {
        var (client, inner, register) = (FreePort(), FreePort(), FreePort());
        string[] pages = withMetrics ? [$"127.0.0.1:{FreePort()}", $"127.0.0.1:{FreePort()}"] : ["", ""];
        var announce = $"127.0.0.1:{register}";
        Process[] roles =
        [
            LaunchRole("Register", options, folder, $"--Register:Listen={announce}"),
            LaunchRole(
                "Gateway",
                options,
                folder,
                $"--Gateway:Listen:0=websocket://127.0.0.1:{client}",
                $"--Gateway:LanPort={inner}",
                $"--Gateway:RegisterAddress:0={announce}",
                $"--Gateway:Transport={transport}",
                $"--Gateway:Loops={options.Loops}",
                $"--Metrics:Listen={pages[0]}"),
            LaunchRole(
                "BusinessWorker",
                options,
                folder,
                "--BusinessWorker:Name=bench",
                "--BusinessWorker:Events:0=playground=/",
                $"--BusinessWorker:RegisterAddress:0={announce}",
                $"--Metrics:Listen={pages[1]}"),
        ];
        await ListensAsync(client, roles[1]);
        return new Server(name, $"ws://127.0.0.1:{client}", [roles[1].Id, roles[2].Id], roles)
        {
            Metrics = withMetrics ? [.. pages.Select(page => new Uri($"http://{page}/metrics"))] : [],
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in owned.Reverse())
        {
            _ = Kill(process.Id, Terminate);
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(15));
            process.Dispose();
        }
    }

    private static Process LaunchRole(string role, FlowOptions options, string folder, params string[] args)
    {
        var log = File.Create(Path.Combine(folder, $"{role}-{Guid.NewGuid():N}.log"));
        return Launch(
            options.ServerCore, "dotnet", [Path.Combine(AppContext.BaseDirectory, $"Portico.{role}.dll"), .. args, "--Logging:LogLevel:Default=Warning"], log);
    }

    private static Process Launch(int core, string program, IReadOnlyList<string> args, Stream log)
    {
        var start = new ProcessStartInfo(core < 0 ? program : "taskset") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] all = core < 0 ? [.. args] : ["-c", core.ToString(CultureInfo.InvariantCulture), program, .. args];
        Array.ForEach(all, start.ArgumentList.Add);
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        _ = process.StandardOutput.BaseStream.CopyToAsync(log);
        _ = process.StandardError.BaseStream.CopyToAsync(log);
        return process;
    }

    private static async Task ListensAsync(int port, Process process)
    {
        for (var i = 0; i < 300 && !process.HasExited; i++)
        {
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(100);
            }
        }

        throw new InvalidOperationException($"{process.StartInfo.ArgumentList[^1]}: nobody listens on {port}.");
    }

    private static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
