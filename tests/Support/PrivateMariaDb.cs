using System.Diagnostics;

namespace Portico.Support;

/// <summary>A MariaDB server of the tests' own: own port, own data folder, gone with the tests. Needs Debian's mariadb-server.</summary>
public sealed class PrivateMariaDb : IAsyncDisposable
{
    private static readonly string[] Servers = ["/usr/sbin/mariadbd", "/usr/local/sbin/mariadbd", "/usr/libexec/mariadbd"];
    private readonly TemporaryFolder _folder = new();
    private Process? _server;

    private PrivateMariaDb()
    {
    }

    /// <summary>Why there can be no server here, or null.</summary>
    public static string? Missing => Server is null ? "mariadbd is not installed (Debian: mariadb-server)" : null;

    /// <summary>TCP port on 127.0.0.1.</summary>
    public int Port { get; } = FreePort.Take();

    private static string? Server => Array.Find(Servers, File.Exists);

    /// <summary>Connection string of a database as the user root without a password.</summary>
    public string ConnectionString(string database) => $"Server=127.0.0.1;Port={Port};User ID=root;Database={database};SslMode=Disabled";

    /// <summary>Creates the data folder and starts the server.</summary>
    public static async Task<PrivateMariaDb> StartAsync()
    {
        var database = new PrivateMariaDb();
        await RunAsync("mariadb-install-db", "--no-defaults", $"--datadir={database._folder.File("data")}", "--auth-root-authentication-method=normal", "--skip-test-db", $"--user={Environment.UserName}");
        await database.LaunchAsync();
        await database.QueryAsync("DELETE FROM mysql.user WHERE user = ''; FLUSH PRIVILEGES");
        return database;
    }

    /// <summary>SIGKILL, as a machine that loses power would; nothing of the server survives but its files.</summary>
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

    /// <summary>Starts it again on the same files and the same port.</summary>
    public async Task LaunchAsync()
    {
        var start = new ProcessStartInfo(Server!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "--no-defaults", $"--datadir={_folder.File("data")}", $"--port={Port}", "--bind-address=127.0.0.1", $"--socket={_folder.File("s")}",
            $"--pid-file={_folder.File("pid")}", "--skip-name-resolve", $"--user={Environment.UserName}", "--innodb-buffer-pool-size=64M", "--max-connections=200",
        })
        {
            start.ArgumentList.Add(argument);
        }

        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var log = new System.Collections.Concurrent.ConcurrentQueue<string?>();
        var server = new Process { StartInfo = start, EnableRaisingEvents = true };
        server.OutputDataReceived += (_, line) => log.Enqueue(line.Data);
        server.ErrorDataReceived += (_, line) =>
        {
            log.Enqueue(line.Data);
            if (line.Data?.Contains("ready for connections", StringComparison.Ordinal) == true)
            {
                ready.TrySetResult();
            }
        };
        server.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("mariadbd ended:\n" + string.Join('\n', log)));
        server.Start();
        server.BeginErrorReadLine();
        server.BeginOutputReadLine();
        _server = server;
        await ready.Task.Guarded();
    }

    /// <summary>Runs SQL by the command-line client.</summary>
    /// <returns>What it printed: tab-separated rows without a heading.</returns>
    public Task<string> QueryAsync(string sql, string database = "mysql") =>
        RunAsync("mariadb", "--no-defaults", "-N", "-B", "-u", "root", $"--socket={_folder.File("s")}", "-D", database, "-e", sql);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _folder.Dispose();
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().Guarded();
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program}: {await errors}{await output}");
    }
}
