using System.Diagnostics.Metrics;

namespace Portico.Register.Registry;

/// <summary>The register's numbers.</summary>
internal sealed class RegistryMeter : IDisposable
{
    private readonly Meter _meter = new("portico.register");

    /// <summary>Over the one list.</summary>
    public RegistryMeter(GatewayRoll roll)
    {
        _meter.CreateObservableGauge("portico.register.gateways", () => roll.Current.Addresses.Count, description: "Gateways that are listed now");
        _meter.CreateObservableCounter("portico.register.changes", () => (long)roll.Current.Version, description: "Versions of the list");
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
