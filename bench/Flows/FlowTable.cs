using System.Globalization;
using System.Text.Json;

namespace Portico.Bench.Flows;

/// <summary>All samples, as a table to read and as JSON to keep.</summary>
internal sealed class FlowTable
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    private readonly Dictionary<(Flow, Server), List<Sample>> _samples = [];
    private readonly Dictionary<string, double> _idle = [];

    public void Add(Flow flow, Server server, Sample sample)
    {
        if (!_samples.TryGetValue((flow, server), out var samples))
        {
            _samples[(flow, server)] = samples = [];
        }

        samples.Add(sample);
    }

    public void AddIdle(Server server, double bytes) => _idle[server.Name] = bytes;

    public void Print(IReadOnlyList<Flow> flows, IReadOnlyList<Server> servers)
    {
        Console.WriteLine(
            Invariant(
                $"{"flow",-14}{"server",-18}{"per second",12}{"of the 1st",11}{"CPU us each",13}{"1st / this",11}{"p50 us",10}{"p99 us",10}{"errors",8}"));
        foreach (var flow in flows)
        {
            Sample? first = null;
            foreach (var server in servers)
            {
                if (_samples.TryGetValue((flow, server), out var samples))
                {
                    var median = Sample.Median(samples);
                    first ??= median;
                    Console.Write(Invariant($"{flow.Name,-14}{server.Name,-18}{median.Rate,12:N0}{median.Rate / first.Rate,11:F2}"));
                    Console.Write(Invariant($"{median.CpuMicroseconds,13:F2}{Ratio(first.CpuMicroseconds, median.CpuMicroseconds),11:F2}"));
                    Console.WriteLine(Invariant($"{median.P50,10:N0}{median.P99,10:N0}{median.Errors,8}"));
                }
            }
        }

        foreach (var (server, bytes) in _idle)
        {
            Console.WriteLine(Invariant($"{"idle",-14}{server,-18}{bytes,12:N0} bytes of PSS per connection from 2,000 to 10,000"));
        }
    }

    public string ToJson() => JsonSerializer.Serialize(
        new
        {
            flows = _samples.Select(cell => new
            {
                flow = cell.Key.Item1.Name,
                server = cell.Key.Item2.Name,
                median = Sample.Median(cell.Value),
                samples = cell.Value,
            }),
            idleBytesPerConnection = _idle,
        },
        Indented);

    private static double Ratio(double first, double second) => second == 0 ? 0 : first / second;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
