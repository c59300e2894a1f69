namespace Portico.Bench.Flows;

/// <summary>What one run of the load measured.</summary>
/// <param name="Rate">Messages, deliveries or connections per second.</param>
/// <param name="CpuMicroseconds">CPU time of the server's processes for each; holds also where others share the machine. 0 when not known.</param>
/// <param name="P50">Microseconds, closed loop.</param>
/// <param name="P99">Microseconds, closed loop.</param>
/// <param name="Errors">Errors, missing deliveries and stalls.</param>
internal sealed record Sample(double Rate, double CpuMicroseconds, double P50, double P99, int Errors)
{
    /// <summary>The median of each column, the sum of the errors.</summary>
    public static Sample Median(IReadOnlyCollection<Sample> samples) => new(
        Middle(samples.Select(sample => sample.Rate)),
        Middle(samples.Select(sample => sample.CpuMicroseconds)),
        Middle(samples.Select(sample => sample.P50)),
        Middle(samples.Select(sample => sample.P99)),
        samples.Sum(sample => sample.Errors));

    private static double Middle(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
