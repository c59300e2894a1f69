using System.Diagnostics.CodeAnalysis;
using Dapper;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Portico.WebApi.Storage;

/// <summary>
/// Whether the log can be written: the time of the last commit where there is traffic, else a small write of its own every
/// <see cref="Interval"/>, so that a disk that is full, a lock or a database that is away is noticed, and its end as well, without traffic.
/// </summary>
internal sealed partial class StoreProbe(ChatLog log, ChatLogWriter writer, TimeProvider time, ILogger<StoreProbe> logger) : BackgroundService
{
    /// <summary>The table of the probe's one row. It is no step of the schema: it holds nothing.</summary>
    public const string Table = "CREATE TABLE IF NOT EXISTS portico_probe (at_ms BIGINT NOT NULL)";

    /// <summary>Between two looks; a write that takes longer counts as failed. An idle log costs one small transaction in this time.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const string Failed = "the message log cannot be written";

    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _writing = Task.CompletedTask;
    private volatile string? _missing = "the message log has not been written to yet";

    /// <summary>Why the role is not ready; null when the last write was stored.</summary>
    public string? Missing => _missing;

    /// <summary>Ends when a write was stored for the first time.</summary>
    public Task FirstSuccess => _first.Task;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await LookAsync(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The process stops.
            return;
        }
    }

    [SuppressMessage(
        "Design", "CA1031", Justification = "The hosted service's loop: whatever the store says, the role is not ready, and the next round looks again.")]
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (writer.LastCommit is { } commit && time.GetElapsedTime(commit) < Interval)
        {
            Succeed();
            return;
        }

        try
        {
            if (_writing.IsCompleted)
            {
                _writing = WriteAsync();
            }

            await _writing.WaitAsync(Interval, time, cancellationToken);
            Succeed();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception fault)
        {
            if (Interlocked.Exchange(ref _missing, Failed) != Failed)
            {
                LogFailed(fault.Message);
            }
        }
    }

    private Task<int> WriteAsync() => log.WriteAsync((connection, transaction) =>
    {
        // Another value each time: a database leaves out a write that changes nothing.
        var row = new { now = log.Clock.NowMs };
        return connection.Execute("UPDATE portico_probe SET at_ms = @now", row, transaction) is > 0 and var updated
            ? updated
            : connection.Execute("INSERT INTO portico_probe (at_ms) VALUES (@now)", row, transaction);
    });

    private void Succeed()
    {
        if (Interlocked.Exchange(ref _missing, null) is not null && !_first.TrySetResult())
        {
            LogBack();
        }
    }

    [LoggerMessage(3020, LogLevel.Warning, "The message log cannot be written ({Reason}): this web-api is not ready until it can")]
    private partial void LogFailed(string reason);

    [LoggerMessage(3021, LogLevel.Information, "The message log can be written again")]
    private partial void LogBack();
}
