using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Portico.BusinessWorker.Events.Service;

/// <summary>
/// Looks tokens up in Redis, each in bounded time; nobody else waits for one that is slow. The library keeps one connection and opens it
/// again by itself.
/// </summary>
internal sealed partial class RedisSessions(string configuration, TimeProvider clock, ILogger log)
{
    // Long enough for a reconnect of the library, short enough that a mini-program still shows "connecting".
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Task<ConnectionMultiplexer>? _connecting;
    private int _away;

    /// <summary>Dials before the first question, without waiting: a worker starts while Redis is away.</summary>
    public void Open() => _ = ConnectAsync();

    /// <summary>The value of a key: false when Redis did not say in time; null when there is none.</summary>
    public async ValueTask<(bool Answered, byte[]? Value)> GetAsync(string key)
    {
        try
        {
            var value = await AskAsync(key).WaitAsync(Patience, clock);
            if (Interlocked.Exchange(ref _away, 0) == 1)
            {
                Back();
            }

            return (true, value);
        }
        catch (RedisServerException fault) when (fault.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            // A list or the like that somebody keeps under this key is no session, and no outage.
            return (true, null);
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException or ObjectDisposedException or System.Net.Sockets.SocketException)
        {
            // Said once for each outage: every client that comes meanwhile ends here.
            if (Interlocked.Exchange(ref _away, 1) == 0)
            {
                Away(fault.GetType().Name);
            }

            return (false, null);
        }
    }

    public void Close()
    {
        lock (_lock)
        {
            if (_connecting is { IsCompletedSuccessfully: true } connected)
            {
#pragma warning disable VSTHRD002, VSTHRD103 // It is complete.
                connected.Result.Dispose();
#pragma warning restore VSTHRD002, VSTHRD103
            }

            _connecting = null;
        }
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
            if (_connecting is null or { IsFaulted: true } or { IsCanceled: true })
            {
                var options = ConfigurationOptions.Parse(configuration);
                // Without it a Redis that is away at the first question would never be tried again.
                options.AbortOnConnectFail = false;
                options.ConnectTimeout = (int)Patience.TotalMilliseconds;
                options.SyncTimeout = (int)Patience.TotalMilliseconds;
                options.ClientName = "portico";
                _connecting = Task.Run(() => ConnectionMultiplexer.ConnectAsync(options));
            }

            return _connecting;
        }
    }

    [LoggerMessage(2211, LogLevel.Warning, "Redis does not answer ({Fault}); users of the customer service are closed with 1013 until it does.")]
    private partial void Away(string fault);

    [LoggerMessage(2212, LogLevel.Information, "Redis answers again.")]
    private partial void Back();
}
