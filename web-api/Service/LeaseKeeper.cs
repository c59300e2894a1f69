using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;

namespace Portico.WebApi.Service;

/// <summary>
/// Keeps the leases: asks the gateways which agents are there (their heartbeats decide that), prolongs what they hold, and returns what
/// vanished agents held to the queue. Every web-api does it, by what stands in the database, so it goes on whichever worker or web-api has died.
/// </summary>
internal sealed partial class LeaseKeeper(
    ServiceCases cases, Delivery delivery, QueueChanges changes, WebApiOptions options, TimeProvider time, ILogger<LeaseKeeper> logger) : BackgroundService
{
    // A lease is prolonged five times before it could end, so that single rounds may fail.
    private const int RoundsPerLease = 5;

    // Agents whose gateway is back, or who have connected to another one, are found within two rounds.
    private const int RoundsOfDoubt = 2;

    private List<string> _present = [];
    private long? _mayExpireAt;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(TimeSpan.FromSeconds((double)options.Service.LeaseSeconds / RoundsPerLease), time);
        try
        {
            while (await rounds.WaitForNextTickAsync(stoppingToken))
            {
                await TryRoundAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops; the leases stand in the database, and the next process goes on.
            return;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The hosted service's loop: the database or the gateways are away, the next round tries again.")]
    private async Task TryRoundAsync()
    {
        try
        {
            await RoundAsync();
        }
        catch (Exception fault)
        {
            LogRoundFailed(fault.Message);
        }
    }

    private async Task RoundAsync()
    {
        var (present, complete) = await delivery.ListAgentsAsync();
        if (complete && !present.SequenceEqual(_present, StringComparer.Ordinal))
        {
            _present = present;
            changes.Note(QueueChange.Counts);
        }

        if (present.Count > 0)
        {
            await cases.RenewAsync(present);
        }

        if (!MayExpire(complete))
        {
            return;
        }

        var returned = await cases.ExpireAsync();
        if (returned.Count > 0)
        {
            returned.ForEach(row => LogReturned(row.Agent));
            changes.Note(QueueChange.Places);
        }
    }

    // An agent whom a silent gateway may hold, or of whom no register has told anything yet, is not known to have vanished. After a start the agents
    // first have to be found: all leases may be over because no process was there to prolong them.
    private bool MayExpire(bool complete)
    {
        var now = time.GetTimestamp();
        var lease = options.Service.LeaseSeconds * time.TimestampFrequency;
        if (complete)
        {
            return now >= (_mayExpireAt ??= now + lease);
        }

        _mayExpireAt = _mayExpireAt is { } due ? Math.Max(due, now + (lease * RoundsOfDoubt / RoundsPerLease)) : null;
        return false;
    }

    [LoggerMessage(3601, LogLevel.Information, "Agent {Agent} has vanished; a conversation of his returned to the head of the queue")]
    private partial void LogReturned(string agent);

    [LoggerMessage(3602, LogLevel.Warning, "The leases of the customer service could not be kept: {Fault}")]
    private partial void LogRoundFailed(string fault);
}
