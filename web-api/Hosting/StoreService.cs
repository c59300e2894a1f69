using System.Data.Common;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Hosting;
using Portico.WebApi.Storage;

namespace Portico.WebApi.Hosting;

/// <summary>Closes the files to other accounts and brings the database to its schema, before anything is served.</summary>
internal sealed partial class StoreService(StoreSetup setup, WebApiOptions options, ILogger<StoreService> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (path, fault) in KeptFiles.Restrict(options))
            {
                LogOpenToOthers(path, fault);
            }

            setup.Run();
        }
        catch (Exception fault)
            when (fault is DbException or StoreUnavailableException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // "Fatal error encountered during command execution" says little without what lies below it.
            var cause = fault.GetBaseException() is { } below && below != fault ? $"{fault.Message} ({below.Message})" : fault.Message;
            throw new ConfigurationException([$"WebApi:Store ({options.Store.Kind}) cannot be used: {cause}"]);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    [LoggerMessage(3904, LogLevel.Warning, "{Path} cannot be closed to other accounts of this machine: {Fault}")]
    private partial void LogOpenToOthers(string path, string fault);
}
