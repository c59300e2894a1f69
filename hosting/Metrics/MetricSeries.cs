using System.Diagnostics.Metrics;

namespace Portico.Hosting.Metrics;

/// <summary>One line of an instrument: its value for one set of tags.</summary>
/// <param name="Instrument">Whose it is.</param>
/// <param name="Labels">The tags, written as Prometheus reads them; empty for none.</param>
/// <param name="Kind">What the value means.</param>
/// <param name="Value">The value, or the sum of what was measured.</param>
/// <param name="Count">How often something was measured.</param>
internal sealed record MetricSeries(Instrument Instrument, string Labels, MetricKind Kind, double Value, long Count)
{
    /// <summary>The instrument's name, with what Prometheus does not take in a name replaced.</summary>
    public string Name { get; } = PrometheusText.Name(Instrument.Name);
}
