using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Client;
using Portico.WebApi.Hosting;
using Portico.WebApi.Messages;

namespace Portico.WebApi.Service;

/// <summary>
/// Asks the gateways which of the waiting visitors have a connection, marks those who have none, and takes out of the queue who is absent for too long.
/// As long as one gateway has not answered nobody counts as absent. Every web-api does it; what it finds stands in the database. Thread-safe.
/// </summary>
internal sealed partial class VisitorPresence(
    ServiceCases cases, WaitingVisitors visitors, IGatewayClient gateways, QueueChanges changes, WebApiOptions options, TimeProvider time,
    ILogger<VisitorPresence> logger) : BackgroundService
{
    // As fast as an agent notices; one question to each gateway.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // Visitors who write while the queue is full cause looks of their own.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    // After a start not every gateway may be known, and visitors connect again.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(30);

    // Uids in one question.
    private const int Slice = 1000;

    private readonly IGatewayClient _gateways = gateways.WithTimeout(TimeSpan.FromMilliseconds(options.Limits.GatewayMilliseconds));
    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private Task? _look;
    private long _lookedAt = long.MinValue;

    /// <summary>A visitor is there. True when he was marked absent.</summary>
    public Task<bool> SeenAsync(string openid) => visitors.MarkAsync([], [openid]);

    /// <summary>Looks now, or waits for the look that is under way. False when the last one ended just before, or failed.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The queue or the gateways are away: nobody was found absent.")]
    public async Task<bool> SweepAsync()
    {
        Task look;
        lock (_lock)
        {
            if (_look is null && _lookedAt != long.MinValue && time.GetElapsedTime(_lookedAt) < Rest)
            {
                return false;
            }

            look = _look ??= LookAsync();
        }

        try
        {
            await look;
            return true;
        }
        catch (Exception fault)
        {
            LogNotAsked(fault.Message);
            return false;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var rounds = new PeriodicTimer(Period, time);
        try
        {
            while (await rounds.WaitForNextTickAsync(stoppingToken))
            {
                await SweepAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops; what is known stands in the database.
            return;
        }
    }

    private async Task LookAsync()
    {
        await Task.Yield(); // never inside the lock
        try
        {
            var waiting = await cases.ListWaitingAsync();
            if (waiting.Count > 0)
            {
                await LookAsync(waiting);
            }
        }
        finally
        {
            lock (_lock)
            {
                _look = null;
                _lookedAt = time.GetTimestamp();
            }
        }
    }

    private async Task LookAsync(List<string> waiting)
    {
        var (absent, present) = (new List<string>(), new List<string>());
        var isComplete = true;
        foreach (var some in waiting.Chunk(Slice))
        {
            var online = await _gateways.AreUidsOnlineAsync([.. some.Select(Delivery.VisitorUid)]);
            isComplete &= online.IsComplete;
            foreach (var openid in some)
            {
                (online.Value.GetValueOrDefault(Delivery.VisitorUid(openid)) ? present : absent).Add(openid);
            }
        }

        if (await visitors.MarkAsync(isComplete ? absent : [], present))
        {
            changes.Note(QueueChange.Places);
        }

        if (isComplete && time.GetElapsedTime(_started) >= Grace && await visitors.ExpireAsync() is > 0 and var left)
        {
            LogLeft(left);
            changes.Note(QueueChange.Places);
        }
    }

    [LoggerMessage(
        3603, LogLevel.Information, "{Count} visitors were absent for too long and have left the queue; what they wrote is kept for an agent to find")]
    private partial void LogLeft(int count);

    [LoggerMessage(3604, LogLevel.Warning, "Which of the waiting visitors are there could not be found out: {Fault}")]
    private partial void LogNotAsked(string fault);
}
