using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.BusinessWorker.Links;
using Portico.Client;
using Portico.Contracts.Link;
using Portico.Hosting;

namespace Portico.BusinessWorker.Hosting;

/// <summary>
/// The worker's life: start the modules, follow the register, serve; at the end leave the gateways, finish and acknowledge what came, stop the
/// modules.
/// </summary>
internal sealed partial class WorkerService(
    BusinessWorkerOptions options, WorkerModules modules, RegisterWatcher registers, GatewayLinkSet links, LinkTable table, EarlyPosts early,
    RoleReadiness readiness,
    TimeProvider clock, ILogger<WorkerService> log)
    : IHostedLifecycleService, IAsyncDisposable
{
    // Of the 10 s that a stop may take: then what is not acknowledged goes to another worker.
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(6);

    // Of a gateway that runs all links stand some milliseconds after it was listed.
    private static readonly TimeSpan LinkTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookTime = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private readonly LargeArrayKeeper _keeper = new(clock);
    private Task _following = Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        readiness.Add(() => registers.Current.Version > 0 ? null : "no register has answered yet");
        await modules.StartAsync();
        _following = Task.WhenAll(registers.RunAsync(_stopping.Token), FollowAsync(_stopping.Token));
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _ = AnnounceReadyAsync();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _following;
        using var time = new CancellationTokenSource(LeaveTime, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(time.Token, cancellationToken);
        await links.LeaveAsync(both.Token);
        await links.DisposeAsync();
        await modules.StopAsync();
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _keeper.Dispose();
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    // The addresses of registers that do not answer are in the watcher's own log lines.
    private async Task AnnounceReadyAsync()
    {
        try
        {
            await registers.NextAsync(0, _stopping.Token);
            await OpenPostsAsync();
            Ready(log, options.Name, string.Join(", ", options.Events.Select(entry => $"{entry.Name}={entry.Place}")), string.Join(
                ", ", options.RegisterAddresses));
        }
        catch (OperationCanceledException)
        {
            // The worker stops before a register has answered.
            return;
        }
    }

    // A gateway that is listed and cannot be reached does not hold the posts to the others for long.
    private async Task OpenPostsAsync()
    {
        var began = clock.GetTimestamp();
        do
        {
            await Task.Delay(LookTime, clock, _stopping.Token);
        }
        while (!table.IsComplete && clock.GetElapsedTime(began) < LinkTime);

        early.Open(table);
        if (early.GivenUp > 0)
        {
            PostsGivenUp(log, early.GivenUp);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var known = KnownGateways.None;
        while (true)
        {
            try
            {
                known = await registers.NextAsync(known.Version, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The worker stops.
                return;
            }

            links.Update(known);
        }
    }
}
