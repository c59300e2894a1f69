using System.Globalization;
using System.Text.Json;

namespace Portico.Bench.Flows;

/// <summary>
/// What one client's echo takes while <c>sendToAll</c> goes to thousands of others without a pause, beside what it takes when nothing else happens:
/// p50, p99 and the longest, as a series.
/// </summary>
internal static class BroadcastDelay
{
    private const int Rounds = 5;
    private static readonly string[] Echo = ["echo", "--conns", "1", "--warmup", "0.3", "--secs", "2"];

    public static async Task<int> RunAsync(string[] args)
    {
        var clients = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 10_000;
        var lab = new LabTools();

        var options = FlowOptions.Parse(args.Length > 1 ? args[1..] : []);
        var folder = Directory.CreateTempSubdirectory("portico-delay-").FullName;
        var driver = new LoadDriver(await lab.BuildAsync("wsload"), options);
        await using var server = await Server.StartPorticoAsync("Portico", options.Transport, options, folder);
        await MeasureAsync(driver, server, clients);
        return 0;
    }

    private static async Task MeasureAsync(LoadDriver driver, Server server, int clients)
    {
        // For the compilers.
        _ = await driver.LoadAsync(server, Echo);
        _ = await driver.LoadAsync(server, FanOut(clients, "1"));
        Console.WriteLine($"{"",-28}{"p50 ms",10}{"p99 ms",10}{"max ms",10}");
        var extra = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            var idle = await driver.LoadAsync(server, Echo);
            Print($"{round}: alone", idle);

            // The others need a moment to connect.
            var fanOut = driver.LoadAsync(server, FanOut(clients, "8"));
            await Task.Delay(TimeSpan.FromSeconds(5));
            var busy = await driver.LoadAsync(server, Echo);
            Print($"{round}: during sendToAll to {clients}", busy);
            extra.Add(Milliseconds(busy, "p99_us") - Milliseconds(idle, "p99_us"));
            var sent = await fanOut;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{"",-28}{sent.GetProperty("deliveries_per_s").GetDouble():N0} deliveries/s, {sent.GetProperty("missing").GetDouble():N0} missing"));
        }

        extra.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"p99 during less p99 alone, median: {extra[extra.Count / 2]:F1} ms (20 is the limit)"));
    }

    private static string[] FanOut(int clients, string seconds) =>
    [
        "fanout", "--conns", clients.ToString(CultureInfo.InvariantCulture), "--publish-template", """{"type":"broadcast","content":"TS={TS} {PAD}"}""",
        "--warmup", "0.3", "--secs", seconds,
    ];

    private static void Print(string name, JsonElement measured) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-28}{Milliseconds(measured, "p50_us"),10:F2}{Milliseconds(measured, "p99_us"),10:F2}{Milliseconds(measured, "max_us"),10:F2}"));

    private static double Milliseconds(JsonElement measured, string name) => measured.GetProperty(name).GetDouble() / 1000;
}
