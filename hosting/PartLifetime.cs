using Microsoft.Extensions.Hosting;

namespace Portico.Hosting;

/// <summary>The lifetime of a role that another program starts and stops.</summary>
internal sealed class PartLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
