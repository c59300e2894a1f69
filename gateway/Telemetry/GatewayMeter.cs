using System.Diagnostics.Metrics;

namespace Portico.Gateway.Telemetry;

/// <summary>The gateway's one meter. Loops count in plain fields of their own; sums are only made when somebody looks.</summary>
internal sealed class GatewayMeter : IDisposable
{
    /// <summary>Name of the meter and beginning of its instruments' names.</summary>
    public const string Name = "portico.gateway";

    private readonly Meter _meter = new(Name);

    /// <summary>Something that only grows.</summary>
    public void Count(string noun, string description, Func<long> read) =>
        _meter.CreateObservableCounter($"{Name}.{noun}", read, description: description);

    /// <summary>Something that is so many now.</summary>
    public void Gauge(string noun, string description, Func<long> read) =>
        _meter.CreateObservableGauge($"{Name}.{noun}", read, description: description);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
