using System.Diagnostics;
using Portico.Support;

namespace Portico.Cluster.Tests.GatewayWorker;

/// <summary>A register and two gateways with a WebSocket and a text listener each, for PHP to talk to.</summary>
internal sealed class PhpCluster : IAsyncDisposable
{
    /// <summary>Debian's PHP.</summary>
    public const string Php = "/usr/bin/php8.2";

    private readonly TemporaryFolder _folder = new();
    private readonly List<RoleProcess> _roles = [];
    private readonly string _key;
    private readonly int[] _text = [FreePort.Take(), FreePort.Take()];
    private readonly int[] _webSocket = [FreePort.Take(), FreePort.Take()];
    private readonly int _register = FreePort.Take();
    private readonly int[] _inner = [.. new[] { FreePort.Take(), FreePort.Take() }.Order()];

    private PhpCluster(string key) => _key = key;

    /// <summary>Why PHP cannot be had, or null.</summary>
    public static string? WhyNot => File.Exists(Php) ? null : "Debian's php8.2-cli is not installed";

    /// <summary>What the roles printed.</summary>
    public string Log => string.Join('\n', _roles.Select(role => role.Log));

    /// <summary>All roles still run.</summary>
    public bool IsAlive => _roles.All(role => !role.HasExited);

    /// <summary>Address of the register.</summary>
    public string Register => $"127.0.0.1:{_register}";

    /// <summary>Ports of the text listeners.</summary>
    public IReadOnlyList<int> Text => _text;

    /// <summary>Starts the roles; <paramref name="key"/> is the SecretKey, empty for none.</summary>
    public static async Task<PhpCluster> StartAsync(string key)
    {
        var cluster = new PhpCluster(key);
        await cluster.StartAsync("Portico.Register", $"--Register:Listen=127.0.0.1:{cluster._register}");
        // The scripts know which text port belongs to which gateway by the order of the addresses.
        for (var index = 0; index < 2; index++)
        {
            await cluster.StartAsync(
                "Portico.Gateway",
                $"--Gateway:Listen:0=websocket://127.0.0.1:{cluster._webSocket[index]}",
                $"--Gateway:Listen:1=text://127.0.0.1:{cluster._text[index]}",
                $"--Gateway:LanPort={cluster._inner[index]}",
                $"--Gateway:RegisterAddress:0=127.0.0.1:{cluster._register}",
                "--Gateway:Loops=2",
                "--Gateway:Limits:InnerPingSeconds=1");
        }

        foreach (var gateway in cluster._roles.Skip(1))
        {
            await gateway.SeenAsync("Announced at register");
        }

        return cluster;
    }

    /// <summary>Runs a script beside the tests; what it printed and its exit code.</summary>
    public async Task<(int Code, string Output)> RunAsync(string script)
    {
        using var process = Start(script);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();

            // A script has hundreds of steps, each with its own limit: this one ends what hangs.
            await process.WaitForExitAsync().WaitAsync(Guard.LongLimit);
            return (process.ExitCode, await output.Guarded() + await errors.Guarded());
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    /// <summary>Starts a script that is a worker; it says when it is ready.</summary>
    public async Task<Process> WorkAsync(string script, params string[] arguments)
    {
        var process = Start(script, arguments);
        _ = process.StandardError.ReadToEndAsync();
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().Guarded());
        return process;
    }

    /// <summary>Stops a gateway with SIGTERM; its exit code.</summary>
    public Task<int> StopAsync(int gateway) => _roles[1 + gateway].StopAsync();

    /// <summary>Has a gateway drained at once with the command-line program; its exit code.</summary>
    public async Task<int> DrainAsync(int gateway)
    {
        await using var cli = RoleProcess.Launch(
            "portico", "never", _folder.Path, "drain", $"127.0.0.1:{_inner[gateway]}", "--seconds", "0", "--secret-key", _key, "--timeout", "60");
        _ = await cli.ExitAsync();
        return await _roles[1 + gateway].ExitAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var role in _roles)
        {
            await role.DisposeAsync();
        }

        _folder.Dispose();
    }

    private Process Start(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo(Php) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["-d", "log_errors=0", Path.Combine(Repository.Root, "tests", "Cluster.Tests", "php", script), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["PORTICO_REGISTER"] = $"127.0.0.1:{_register}";
        start.Environment["PORTICO_KEY"] = _key;
        start.Environment["PORTICO_TEXT"] = string.Join(',', _text);
        start.Environment["PORTICO_WS"] = string.Join(',', _webSocket);
        return Process.Start(start)!;
    }

    private async Task StartAsync(string assembly, params string[] arguments) =>
        _roles.Add(await RoleProcess.StartAsync(assembly, "is ready", _folder.Path, [.. arguments, $"--SecretKey={_key}"]));
}
