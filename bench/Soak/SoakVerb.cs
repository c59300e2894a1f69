using System.Diagnostics;
using System.Globalization;
using Portico.Bench.Flows;

namespace Portico.Bench.Soak;

/// <summary>
/// Minutes of churn, echo, fan-out and slow readers on a gateway and a worker of their own, with what both hold every few seconds. Memory and
/// descriptors must be flat at the end.
/// </summary>
internal static class SoakVerb
{
    public static async Task<int> RunAsync(string[] args)
    {
        SoakOptions options;
        try
        {
            options = SoakOptions.Parse(args);
        }
        catch (ArgumentException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 2;
        }

        var folder = Directory.CreateTempSubdirectory("portico-soak-").FullName;
        await using var server = await Server.StartPorticoAsync("Portico", options.Transport, FlowOptions.Unpinned, folder, withMetrics: true);
        var counts = new SoakCounts();
        Console.WriteLine("seconds | gateway rss pss private heap MiB, fds | worker rss pss private heap MiB, fds | echoes churned deliveries slow faults");
        using var http = new HttpClient();
        await LineAsync(0, server, counts, http);
        using (var stop = new CancellationTokenSource())
        {
            var load = new SoakLoad(server.Url, counts, stop.Token).RunAsync();
            var clock = Stopwatch.StartNew();
            for (var next = options.Every; next <= options.Seconds; next += options.Every)
            {
                await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, next - clock.Elapsed.TotalSeconds)));
                await LineAsync(next, server, counts, http);
            }

            await stop.CancelAsync();
            await load;
        }

        // The closing ones have their five seconds.
        await Task.Delay(TimeSpan.FromSeconds(7));
        Console.WriteLine("all clients gone:");
        await LineAsync(options.Seconds + 7, server, counts, http);
        Console.WriteLine($"The servers' logs are in {folder}.");
        if (counts.FirstFault is { } fault)
        {
            Console.WriteLine($"{counts.Faults} faults, the first: {fault}");
        }

        return counts.Faults == 0 ? 0 : 1;
    }

    private static async Task LineAsync(int second, Server server, SoakCounts counts, HttpClient http)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{second,5}");
        for (var i = 0; i < server.Processes.Count; i++)
        {
            var sample = await ProcessSample.TakeAsync(server.Processes[i], server.Metrics[i], http);
            line += string.Create(
                CultureInfo.InvariantCulture,
                $" | {Mebibytes(sample.Rss)} {Mebibytes(sample.Pss)} {Mebibytes(sample.Private)} {Mebibytes(sample.Heap)} {sample.Descriptors,4}");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{line} | {counts.Echoes} {counts.Churned} {counts.Deliveries} {counts.Slow} {counts.Faults}"));
    }

    private static string Mebibytes(long kibibytes) => (kibibytes / 1024.0).ToString("0.0", CultureInfo.InvariantCulture).PadLeft(6);
}
