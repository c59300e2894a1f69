using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portico.Client;
using Portico.Hosting;

namespace Portico.Standalone;

/// <summary>Starts the roles in order, says where they are, and stops them in reverse.</summary>
internal sealed class StandaloneRoles(
    IReadOnlyList<StandaloneRole> roles, StartScreen screen, IHostApplicationLifetime lifetime, RoleReadiness readiness, TimeProvider clock) : IHostedService
{
    // Between two looks whether the roles have found each other, which takes some milliseconds.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var role in roles)
        {
            // A gateway that is drained ends by itself: the others go with it.
            role.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(lifetime.StopApplication);
            await role.Host.StartAsync(cancellationToken);
        }

        foreach (var role in roles)
        {
            var its = role.Host.Services.GetRequiredService<RoleReadiness>();
            readiness.Add(() => its.Missing);
            if (role.Host.Services.GetService<RegisterWatcher>() is { } registers)
            {
                readiness.Add(() => registers.Current.Addresses.Count > 0 ? null : "no gateway is announced yet");
            }
        }

        _ = AnnounceReadyAsync();
    }

    private async Task AnnounceReadyAsync()
    {
        while (readiness.Missing is not null && !lifetime.ApplicationStopping.IsCancellationRequested)
        {
            await Task.Delay(Look, clock, lifetime.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (!lifetime.ApplicationStopping.IsCancellationRequested)
        {
            Console.WriteLine(screen.Text());
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine("Portico is stopping.");
        foreach (var role in roles.Reverse())
        {
            await role.Host.StopAsync(cancellationToken);
            if (role.Host is IAsyncDisposable disposable)
            {
                await disposable.DisposeAsync();
            }
            else
            {
                role.Host.Dispose();
            }
        }

        Console.WriteLine("Portico has stopped.");
    }
}
