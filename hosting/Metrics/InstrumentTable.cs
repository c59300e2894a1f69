using System.Diagnostics.Metrics;

namespace Portico.Hosting.Metrics;

/// <summary>
/// The latest values of this process's instruments: those of Portico's roles and of the .NET runtime. Observable instruments are asked when
/// somebody looks; others are added up as they are used. Thread-safe.
/// </summary>
internal sealed class InstrumentTable : IDisposable
{
    /// <summary>Tags come from closed sets, so a process never has as many; past it new ones are not taken up.</summary>
    private const int MostSeries = 4096;

    private readonly MeterListener _listener = new();
    private readonly Dictionary<(Instrument Instrument, string Labels), MetricSeries> _series = [];
    private readonly Lock _lock = new();

    /// <summary>Begins to listen.</summary>
    public InstrumentTable()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name.StartsWith("portico.", StringComparison.Ordinal) || instrument.Meter.Name == "System.Runtime")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.MeasurementsCompleted = (instrument, _) => Forget(instrument);
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>All series as they are now, those of one instrument together, in the order of their names.</summary>
    public IReadOnlyList<MetricSeries> Read()
    {
        _listener.RecordObservableInstruments();
        lock (_lock)
        {
            return [.. _series.Values.OrderBy(series => series.Name, StringComparer.Ordinal).ThenBy(series => series.Labels, StringComparer.Ordinal)];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var labels = PrometheusText.Labels(tags);
        lock (_lock)
        {
            if (!_series.TryGetValue((instrument, labels), out var series))
            {
                if (_series.Count >= MostSeries)
                {
                    return;
                }

                series = new MetricSeries(instrument, labels, Kind(instrument), 0, 0);
            }

            // An observable one says its whole value, the others what came to it.
            _series[(instrument, labels)] = instrument.IsObservable
                ? series with { Value = value }
                : series with { Value = series.Value + value, Count = series.Count + 1 };
        }
    }

    private void Forget(Instrument instrument)
    {
        lock (_lock)
        {
            foreach (var key in _series.Keys.Where(key => key.Instrument == instrument).ToArray())
            {
                _series.Remove(key);
            }
        }
    }

    private static MetricKind Kind(Instrument instrument)
    {
        var type = instrument.GetType();
        var open = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return open == typeof(Counter<>) || open == typeof(ObservableCounter<>) ? MetricKind.Counter
            : open == typeof(Histogram<>) ? MetricKind.Summary
            : MetricKind.Gauge;
    }
}
