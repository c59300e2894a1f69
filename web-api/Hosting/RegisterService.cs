using Microsoft.Extensions.Hosting;
using Portico.Client;

namespace Portico.WebApi.Hosting;

/// <summary>Keeps the list of living gateways current.</summary>
internal sealed class RegisterService(RegisterWatcher watcher) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => watcher.RunAsync(stoppingToken);
}
