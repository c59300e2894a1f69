using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.WebApi.Messages;

namespace Portico.WebApi.Service;

/// <summary>
/// Tells agents the queue and waiting visitors their positions when something has changed. Changes that come while one telling is under
/// way are told together, and there is a short rest between two tellings, so that a rush costs the same as a single change.
/// </summary>
internal sealed partial class QueueTeller(
    QueueChanges changes, QueueRound round, Delivery delivery, RegisterWatcher registers, TimeProvider time, ILogger<QueueTeller> logger) : BackgroundService
{
    // Five times a second is as fast as a person can see.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);

    // What fails is noted again; not at once, since the database or the gateways are away.
    private static readonly TimeSpan RestAfterFault = TimeSpan.FromSeconds(2);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TellQueuesAsync(stoppingToken), TellUnreadsAsync(stoppingToken));

    [SuppressMessage("Design", "CA1031", Justification = "The hosted service's loop: what could not be told is noted again and told later.")]
    private async Task TellQueuesAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var change = QueueChange.None;
            try
            {
                change = await changes.NextAsync(cancellationToken);
                await registers.WaitForGatewayAsync(cancellationToken);
                if (!await round.TellAsync(change.HasFlag(QueueChange.Places)))
                {
                    changes.Note(change);
                }

                await Task.Delay(Rest, time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                LogNotTold(fault.Message);
                await RestAsync(cancellationToken);
                changes.Note(change);
            }
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The hosted service's loop: what could not be told is noted again and told later.")]
    private async Task TellUnreadsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyCollection<string> openids = [];
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                openids = await changes.NextUnreadAsync(cancellationToken);
                await registers.WaitForGatewayAsync(cancellationToken);
                await Parallel.ForEachAsync(openids, CancellationToken.None, async (openid, _) => await delivery.TellUnreadAsync(openid));
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault)
            {
                LogNotTold(fault.Message);
                await RestAsync(cancellationToken);
                foreach (var openid in openids)
                {
                    changes.NoteUnread(openid);
                }
            }
        }
    }

    private async Task RestAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(RestAfterFault, time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The process stops; clients are told when they connect again.
            return;
        }
    }

    [LoggerMessage(3600, LogLevel.Warning, "The queue of the customer service could not be told: {Fault}")]
    private partial void LogNotTold(string fault);
}
