using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.Hosting.Metrics;

namespace Portico.Hosting.Tests.Metrics;

public sealed class MetricsListenerTests
{
    [Fact]
    public async Task Metrics_InstrumentsOfAPorticoMeter_StandThereAsPrometheusReadsThem()
    {
        using var role = Role();
        await using var listener = await StartAsync("127.0.0.1:0", role);
        using var meter = new Meter("portico.test");
        var counter = meter.CreateCounter<long>("portico.test.refused", description: "Refused.");
        meter.CreateObservableGauge("portico.test.now", () => 7L, description: "So many \\ now.");
        var histogram = meter.CreateHistogram<double>("portico.test.seconds", "s");
        counter.Add(2, new KeyValuePair<string, object?>("reason", "a \"b\""));
        counter.Add(3, new KeyValuePair<string, object?>("reason", "a \"b\""));
        counter.Add(1, new KeyValuePair<string, object?>("reason", "c"));
        histogram.Record(0.5);
        histogram.Record(1.5);

        var page = await GetAsync(listener, "/metrics");

        Assert.Contains("# HELP portico_test_refused_total Refused.\n# TYPE portico_test_refused_total counter\n", page);
        Assert.Contains("portico_test_refused_total{reason=\"a \\\"b\\\"\"} 5\nportico_test_refused_total{reason=\"c\"} 1\n", page);
        Assert.Contains("# HELP portico_test_now So many \\\\ now.\n# TYPE portico_test_now gauge\nportico_test_now 7\n", page);
        Assert.Contains("# TYPE portico_test_seconds summary\nportico_test_seconds_sum 2\nportico_test_seconds_count 2\n", page);
        Assert.Contains("dotnet_process_memory_working_set", page);
    }

    [Fact]
    public async Task Metrics_MeterIsGone_ItsSeriesGoToo()
    {
        using var role = Role();
        await using var listener = await StartAsync("127.0.0.1:0", role);
        var meter = new Meter("portico.gone");
        meter.CreateCounter<long>("portico.gone.count").Add(1);
        Assert.Contains("portico_gone_count_total 1\n", await GetAsync(listener, "/metrics"));

        meter.Dispose();

        Assert.DoesNotContain("portico_gone_count", await GetAsync(listener, "/metrics"));
    }

    [Fact]
    public async Task Health_RoleStartsAndStops_SaysWhetherItServes()
    {
        using var role = Role();
        await using var listener = await StartAsync("127.0.0.1:0", role);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(listener, "/health"));
        await role.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(listener, "/health"));
        await role.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(listener, "/health"));
    }

    [Fact]
    public async Task Health_SomethingIsMissing_NotReadyButAlive()
    {
        using var role = Role();
        var missing = "no register has answered yet";
        role.Services.GetRequiredService<RoleReadiness>().Add(() => missing);
        await using var listener = await StartAsync("127.0.0.1:0", role);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(listener, "/health/live"));
        await role.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(listener, "/health"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(listener, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(listener, "/health/live"));
        missing = null;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(listener, "/health"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(listener, "/health/ready"));
        Assert.Equal("ok\n", await GetAsync(listener, "/health/ready"));
    }

    [Theory]
    [InlineData("/", "localhost", HttpStatusCode.NotFound)]
    [InlineData("/metrics", "localhost", HttpStatusCode.OK)]
    [InlineData("/metrics", "rebound.example", HttpStatusCode.MisdirectedRequest)]
    public async Task Answer_PathOrHostOfAStranger_IsRefused(string path, string host, HttpStatusCode expected)
    {
        using var role = Role();
        await using var listener = await StartAsync("127.0.0.1:0", role);

        Assert.Equal(expected, await StatusAsync(listener, path, host));
    }

    [Theory]
    [InlineData("9464")]
    [InlineData("localhost:9464")]
    [InlineData("127.0.0.1")]
    public async Task StartAsync_NoAddress_NamesTheKey(string value)
    {
        using var role = Role();

        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync(value, role));

        Assert.Equal([$"Metrics:Listen is '{value}': must be an address and port like 127.0.0.1:9464."], fault.Faults);
    }

    [Fact]
    public async Task StartAsync_PortIsTaken_NamesTheKey()
    {
        using var role = Role();
        await using var first = await StartAsync("127.0.0.1:0", role);
        var taken = new Uri(first.Address).Authority;

        var fault = await Assert.ThrowsAsync<ConfigurationException>(() => StartAsync(taken, role));

        Assert.StartsWith($"Metrics:Listen is '{taken}': cannot be listened on", Assert.Single(fault.Faults));
    }

    [Fact]
    public async Task StartAsync_NoKey_IsOff()
    {
        using var role = Role();

        Assert.Null(await MetricsListener.StartAsync(new ConfigurationBuilder().Build(), role.Services.GetRequiredService<HealthPages>()));
    }

    private static IHost Role() => RoleBuilder.CreatePlain(new ConfigurationBuilder().Build()).Build();

    private static async Task<MetricsListener> StartAsync(string address, IHost role)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Metrics:Listen", address)]).Build();
        return (await MetricsListener.StartAsync(configuration, role.Services.GetRequiredService<HealthPages>()))!;
    }

    private static async Task<string> GetAsync(MetricsListener listener, string path)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        return await http.GetStringAsync(new Uri(listener.Address + path), TestContext.Current.CancellationToken);
    }

    private static async Task<HttpStatusCode> StatusAsync(MetricsListener listener, string path, string host = "localhost")
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        using var request = new HttpRequestMessage(HttpMethod.Get, listener.Address + path);
        request.Headers.Host = host;
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
