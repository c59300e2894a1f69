using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Portico.Hosting;

/// <summary>How long a stop waits for requests: a peer that sends half of one would hold it until the host gives up.</summary>
public static class StopGrace
{
    /// <summary>Time for the requests that are being answered when a stop begins; an answer takes milliseconds.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    /// <summary>Cuts the connections of a listener that are still there <see cref="Time"/> after a stop began.</summary>
    /// <param name="listen">The listener.</param>
    public static void EndAfterGrace(this ListenOptions listen)
    {
        var stopping = listen.ApplicationServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var clock = listen.ApplicationServices.GetRequiredService<TimeProvider>();
        listen.Use(next => connection => RunAsync(next, connection, clock, stopping));
    }

    private static async Task RunAsync(ConnectionDelegate next, ConnectionContext connection, TimeProvider clock, CancellationToken stopping)
    {
        ITimer? grace = null;
        var begun = stopping.UnsafeRegister(
            _ => grace = clock.CreateTimer(static cut => ((ConnectionContext)cut!).Abort(), connection, Time, Timeout.InfiniteTimeSpan), null);
        try
        {
            await next(connection);
        }
        finally
        {
            // In this order: the registration waits for a callback that is under way.
            await begun.DisposeAsync();
            if (grace is not null)
            {
                await grace.DisposeAsync();
            }
        }
    }
}
