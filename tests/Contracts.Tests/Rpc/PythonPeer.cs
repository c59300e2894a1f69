using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

/// <summary>The official grpcio in a process of its own (Python/peer.py), with classes that protoc makes from our schema.</summary>
internal sealed class PythonPeer : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Process _process;

    private PythonPeer(params string[] args)
    {
        Run("/usr/bin/protoc", "-I", Path.Combine(Repository.Root, "contracts", "Protos"), "--python_out=" + _folder.Path, "gateway.proto");
        var start = new ProcessStartInfo("/usr/bin/python3")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(Repository.Root, "tests", "Contracts.Tests", "Rpc", "Python", "peer.py"));
        start.ArgumentList.Add(_folder.Path);
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _lines.Enqueue(line.Data ?? "");
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Why the tests cannot run here; null when they can.</summary>
    public static string? Missing { get; } = FindMissing();

    public string Log => string.Join('\n', _lines);

    public static async Task<(PythonPeer Peer, Uri Address)> ServeAsync()
    {
        var peer = new PythonPeer("server");
        await peer.SeenAsync("port ");
        var port = peer._lines.First(line => line.StartsWith("port ", StringComparison.Ordinal))[5..];
        return (peer, new Uri("http://127.0.0.1:" + int.Parse(port, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Runs the client's checks; the exit code is 0 when all passed.</summary>
    public static async Task<(int Code, string Log)> CallAsync(int port)
    {
        using var peer = new PythonPeer("client", port.ToString(CultureInfo.InvariantCulture));
        await peer._process.WaitForExitAsync().Guarded();
        return (peer._process.ExitCode, peer.Log);
    }

    public Task SeenAsync(string text) =>
        Guard.UntilAsync(() => _lines.Any(line => line.Contains(text, StringComparison.Ordinal)) || _process.HasExited, $"'{text}' from grpcio");

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    private static string? FindMissing()
    {
        if (!File.Exists("/usr/bin/python3"))
        {
            return "there is no /usr/bin/python3";
        }

        if (!File.Exists("/usr/bin/protoc"))
        {
            return "there is no /usr/bin/protoc (Debian package protobuf-compiler)";
        }

        return Run("/usr/bin/python3", "-c", "import grpc, google.protobuf") == 0
            ? null
            : "Python has no grpc (Debian packages python3-grpcio, python3-protobuf)";
    }

    private static int Run(string program, params string[] args)
    {
        using var process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        _ = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
