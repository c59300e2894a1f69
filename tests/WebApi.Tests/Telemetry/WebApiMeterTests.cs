using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Portico.WebApi.Tests.Telemetry;

/// <summary>The numbers are the process's, and other tests send too: here they must have grown by what was done, at least.</summary>
public sealed class WebApiMeterTests
{
    private readonly ConcurrentDictionary<string, double> _sums = new();

    [Fact]
    public async Task Counters_AMessageAPictureAndAFault_AreCounted()
    {
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "portico.webapi")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();
        await using var api = await WebApiHarness.StartShopAsync();

        foreach (var content in new[] { "a", "a", "b" })
        {
            using var sent = await api.JsonAsync(HttpMethod.Post, "/api/v1/messages", new { uid = "U_1", to = "V_2", content, client_msg_id = "m" });
        }

        using var picture = await api.SendAsync(HttpMethod.Post, "/api/v1/uploads?uid=U_1", new ByteArrayContent("<script>"u8.ToArray()) { Headers = { ContentType = new("image/png") } });
        listener.RecordObservableInstruments();

        foreach (var name in new[] { "sends stored", "sends repeated", "sends conflict", "group_length", "group_ms", "uploads no_picture", "refused 409", "refused 400" })
        {
            Assert.True(_sums.GetValueOrDefault("portico.webapi." + name) > 0, name + " of " + string.Join(", ", _sums.Keys));
        }

        Assert.True(_sums.ContainsKey("portico.webapi.writes_waiting"));
    }

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
        _sums.AddOrUpdate(tags.IsEmpty ? instrument.Name : $"{instrument.Name} {tags[^1].Value}", value, (_, sum) => sum + value);
}
