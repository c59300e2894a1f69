using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Portico.BusinessWorker.Events;
using Portico.BusinessWorker.Hosting;
using Portico.Support;

namespace Portico.BusinessWorker.Tests;

/// <summary>A whole worker in this process, attached to a scripted gateway.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private readonly IHost _host;

    private TestWorker(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public static async Task<TestWorker> StartAsync(ScriptedGateway gateway, string[] events, EventsModules? modules = null, string? log = null)
    {
        var settings = new Dictionary<string, string?>
        {
            ["BusinessWorker:RegisterAddress:0"] = gateway.Address,
            ["BusinessWorker:MessageLog"] = log ?? "http://" + gateway.Address,
            ["TimeZone"] = "UTC",
        };
        for (var i = 0; i < events.Length; i++)
        {
            settings[$"BusinessWorker:Events:{i}"] = events[i];
        }

        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var worker = new TestWorker(BusinessWorkerHost.Build(configuration, modules ?? new EventsModules()));
        await worker._host.StartAsync().Guarded();
        return worker;
    }

    public Task StopAsync() => _host.StopAsync().Guarded();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync().Guarded();
        _host.Dispose();
    }
}
