using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// Looks session tokens up in Redis, each within <see cref="AnswerTime"/>. One multiplexed connection serves all lookups and reconnects by
/// itself. Thread-safe.
/// </summary>
internal sealed partial class RedisSessions(string configuration, TimeProvider clock, ILogger log)
{
    /// <summary>Longest time of one lookup. A client that waits longer than a second for its admission looks broken to its user.</summary>
    internal static readonly TimeSpan AnswerTime = TimeSpan.FromMilliseconds(900);

    // A failed first connect (Sentinel without a primary) is repeated by the lookups, at most this often.
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private long _connectedAt;
    private bool _isClosed;
    private int _away;

    /// <summary>Starts to connect, without waiting: a worker starts while Redis is away.</summary>
    public void Open() => _ = ConnectAsync();

    /// <summary>The value of a key: not answered when Redis did not reply in time; null when the key is missing or holds no string.</summary>
    public async ValueTask<(bool Answered, byte[]? Value)> GetAsync(string key)
    {
        try
        {
            var value = await AskAsync(key).WaitAsync(AnswerTime, clock);
            if (Interlocked.Exchange(ref _away, 0) == 1)
            {
                Back();
            }

            return (true, value);
        }
        catch (RedisServerException fault) when (fault.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            // A list or a hash under this key is no session, and no outage.
            return (true, null);
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            // Once per outage: every client that connects meanwhile gets here.
            if (Interlocked.Exchange(ref _away, 1) == 0)
            {
                Away(fault is RedisServerException refused ? refused.Message : fault.GetType().Name);
            }

            return (false, null);
        }
    }

    /// <summary>Closes the connection. Later lookups are not answered.</summary>
    public void Close()
    {
        Task<ConnectionMultiplexer>? connecting;
        lock (_lock)
        {
            _isClosed = true;
            connecting = _connecting;
        }

        // Also a connect that still runs: its connection would stay open and reconnect for as long as the process lives.
        _ = connecting?.ContinueWith(
            static connected => connected.Result.Dispose(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private async Task<byte[]?> AskAsync(string key)
    {
        var connection = await ConnectAsync();
        return await connection.GetDatabase().StringGetAsync(key);
    }

    private Task<ConnectionMultiplexer> ConnectAsync()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_connecting is null || (_connecting is { IsFaulted: true } or { IsCanceled: true } && clock.GetElapsedTime(_connectedAt) >= ConnectPause))
            {
                _connectedAt = clock.GetTimestamp();
                _connecting = Task.Run(() => ConnectionMultiplexer.ConnectAsync(RedisAddress.Parse(configuration)));
            }

            return _connecting;
        }
    }

    [LoggerMessage(2211, LogLevel.Warning, "Redis does not answer ({Fault}); users of the customer service are closed with 1013 until it does.")]
    private partial void Away(string fault);

    [LoggerMessage(2212, LogLevel.Information, "Redis answers again.")]
    private partial void Back();
}
