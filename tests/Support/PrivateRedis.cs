using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Portico.Support;

/// <summary>A Redis server of the tests' own: own port, nothing on disk, gone with the tests. Needs Debian's redis-server.</summary>
public sealed class PrivateRedis : IAsyncDisposable
{
    private const string Program = "/usr/bin/redis-server";
    private readonly string[] _arguments;
    private readonly TemporaryFolder _folder = new();
    private Process? _server;

    private PrivateRedis(string[] arguments) => _arguments = arguments;

    /// <summary>Why there can be no server here, or null.</summary>
    public static string? Missing => File.Exists(Program) ? null : "redis-server is not installed (Debian: redis-server)";

    /// <summary>TCP port on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Take();

    /// <summary>As the option <c>Redis</c> names it.</summary>
    public string Address => $"127.0.0.1:{Port}";

    /// <summary>Starts the server, with further arguments of its command line.</summary>
    public static async Task<PrivateRedis> StartAsync(params string[] arguments)
    {
        var redis = new PrivateRedis(arguments);
        await redis.LaunchAsync();
        return redis;
    }

    /// <summary>SIGKILL: connections to it break, its keys are gone.</summary>
    public async Task KillAsync()
    {
        if (_server is { } server)
        {
            server.Kill();
            await server.WaitForExitAsync().Guarded();
            server.Dispose();
            _server = null;
        }
    }

    /// <summary>SIGSTOP: it takes connections and bytes, and says nothing.</summary>
    public void Hang() => _ = Kill(_server!.Id, 19);

    /// <summary>SIGCONT.</summary>
    public void GoOn() => _ = Kill(_server!.Id, 18);

    /// <summary>Starts it (again), empty, on the same port.</summary>
    public async Task LaunchAsync()
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true, RedirectStandardError = true };
        var configuration = _folder.File("redis.conf");
        if (!File.Exists(configuration))
        {
            // A Sentinel rewrites its file; the other servers leave it empty.
            File.WriteAllText(configuration, "");
        }

        foreach (var argument in (string[])[configuration, "--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", _folder.Path, .. _arguments])
        {
            start.ArgumentList.Add(argument);
        }

        _server = Process.Start(start)!;
        _server.OutputDataReceived += (_, _) => { };
        _server.BeginOutputReadLine();
        await Guard.UntilAsync(async () => await TryCommandAsync("PING") == "+PONG", "redis-server");
    }

    /// <summary>Makes a list of a key.</summary>
    public Task<string?> PushAsync(string key, string value) => TryCommandAsync("LPUSH", key, value);

    /// <summary>Sets a key, as the PHP backend does.</summary>
    public async Task SetAsync(string key, string value)
    {
        if (await TryCommandAsync("SET", key, value) != "+OK")
        {
            throw new InvalidOperationException("Redis did not take the key.");
        }
    }

    /// <summary>Sends a command; its first answer line, or null when the server cannot be reached.</summary>
    public Task<string?> CommandAsync(params string[] words) => TryCommandAsync(words);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);

    // RESP: the test must not speak through the library that is tested.
    private async Task<string?> TryCommandAsync(params string[] words)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port).Guarded();
        }
        catch (SocketException)
        {
            // Not there yet.
            return null;
        }

        var stream = socket.GetStream();
        var command = new StringBuilder($"*{words.Length}\r\n");
        foreach (var word in words)
        {
            command.Append($"${Encoding.UTF8.GetByteCount(word)}\r\n{word}\r\n");
        }

        await stream.WriteAsync(Encoding.UTF8.GetBytes(command.ToString())).AsTask().Guarded();
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync().Guarded();
    }
}
