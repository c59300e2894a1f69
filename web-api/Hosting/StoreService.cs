using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Portico.Hosting;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Hosting;

/// <summary>Brings the database to its schema before anything is served.</summary>
internal sealed class StoreService(StoreSetup setup, WebApiOptions options) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            setup.Run();
        }
        catch (Exception fault) when (fault is DbException or StoreUnavailableException or InvalidOperationException or IOException)
        {
            // "Fatal error encountered during command execution" says little without what lies below it.
            var cause = fault.GetBaseException() is { } below && below != fault ? $"{fault.Message} ({below.Message})" : fault.Message;
            throw new ConfigurationException([$"WebApi:Store ({options.Store.Kind}) cannot be used: {cause}"]);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
