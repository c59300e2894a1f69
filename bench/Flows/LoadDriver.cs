using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Portico.Bench.Flows;

/// <summary>Runs wsload, pinned to its core, and reads what it measured.</summary>
internal sealed class LoadDriver(string wsload, FlowOptions options)
{
    public async Task<Sample> RunAsync(Server server, Flow flow)
    {
        List<string> load = [.. flow.Load];
        if (server.IsCeiling && load.IndexOf("--publish-template") is var at and >= 0)
        {
            // The bare server sends everything on, as it came.
            load.RemoveRange(at, 2);
        }

        var url = server.Url + (server.IsCeiling ? flow.CeilingPath : server.Url.Count(c => c == '/') > 2 ? "" : "/");
        var json = await RunAsync(server, [.. load, "--url", url, "--secs", options.Seconds, "--warmup", options.Warmup]);
        return new Sample(
            json.GetProperty(flow.Rate).GetDouble(),
            Number(json, "server_us_per_msg"),
            Number(json, "p50_us", "cycle_p50_us"),
            Number(json, "p99_us", "cycle_p99_us"),
            (int)Number(json, "errors") + (int)Number(json, "missing") + (int)Number(json, "stalled"));
    }

    /// <summary>Kilobytes (PSS) of the server's processes with so many idle connections.</summary>
    public async Task<double> IdleAsync(Server server, int connections)
    {
        var json = await RunAsync(server, ["idle", "--url", server.Url + "/", "--conns", connections.ToString(CultureInfo.InvariantCulture), "--secs", "3"]);
        return Number(json, "pss_after_kb");
    }

    public Task ConnectAndCloseAsync(Server server, int connections) =>
        RunAsync(server, ["idle", "--url", server.Url + "/", "--conns", connections.ToString(CultureInfo.InvariantCulture), "--secs", "0.2"]);

    /// <summary>Any load with its own times; all that wsload tells.</summary>
    public Task<JsonElement> LoadAsync(Server server, IReadOnlyList<string> load) => RunAsync(server, [.. load, "--url", server.Url + "/"]);

    private async Task<JsonElement> RunAsync(Server server, IReadOnlyList<string> args)
    {
        var start = new ProcessStartInfo(options.LoadCore < 0 ? wsload : "taskset") { RedirectStandardOutput = true, RedirectStandardError = true };
        string[] pin = options.LoadCore < 0 ? [] : ["-c", options.LoadCore.ToString(CultureInfo.InvariantCulture), wsload];
        string[] processes = server.Processes.Count == 0 ? [] : ["--pids", string.Join(',', server.Processes)];
        foreach (var argument in (string[])[.. pin, .. args, .. processes, "--json"])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("wsload did not start.");
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output.StartsWith('{')
            ? JsonDocument.Parse(output).RootElement.Clone()
            : throw new InvalidOperationException($"wsload {string.Join(' ', args)}: {await errors}{output}");
    }

    private static double Number(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (json.TryGetProperty(name, out var value))
            {
                return value.GetDouble();
            }
        }

        return 0;
    }
}
