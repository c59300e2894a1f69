namespace Portico.Hosting.Metrics;

/// <summary>What a metric's number means to who reads it.</summary>
internal enum MetricKind
{
    /// <summary>So many now.</summary>
    Gauge,

    /// <summary>Only grows, from the start of the process.</summary>
    Counter,

    /// <summary>Sum and count of what was measured.</summary>
    Summary,
}
