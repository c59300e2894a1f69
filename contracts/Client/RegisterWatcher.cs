using Microsoft.Extensions.Logging;
using Portico.Client.GatewayWorker;
using Portico.Contracts.Ids;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Rpc;

namespace Portico.Client;

/// <summary>
/// Knows the living gateways: watches every configured register and joins their lists. While a register is away, what it said last
/// stays; a gateway that died meanwhile is then merely dialled in vain. Thread-safe.
/// </summary>
public sealed partial class RegisterWatcher
{
    private readonly RegisterWatcherOptions _options;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly List<RegisterView> _views = [];
    private TaskCompletionSource _changed = NewSignal();
    private KnownGateways _current = KnownGateways.None;

    /// <summary>Creates the watcher; <see cref="RunAsync"/> does the watching.</summary>
    public RegisterWatcher(RegisterWatcherOptions options, ILogger<RegisterWatcher> log)
    {
        _options = options;
        _log = log;
    }

    /// <summary>The gateways known now.</summary>
    public KnownGateways Current => Volatile.Read(ref _current);

    /// <summary>Watches until told to stop; returns then.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        var watches = new List<Task>();
        foreach (var register in _options.Registers.Distinct(StringComparer.Ordinal))
        {
            var view = new RegisterView(register.StartsWith(RegisterWatcherOptions.GatewayWorkerScheme, StringComparison.Ordinal));
            lock (_gate)
            {
                _views.Add(view);
            }

            watches.Add(WatchAsync(register, view, cancellationToken));
        }

        return Task.WhenAll(watches);
    }

    /// <summary>What is known after the given version; at once when that is already over. Version 0 waits for the first answer.</summary>
    public async Task<KnownGateways> NextAsync(long version, CancellationToken cancellationToken)
    {
        while (true)
        {
            // The signal is taken first: a change between the two is then seen in the list.
            var changed = Volatile.Read(ref _changed).Task;
            var known = Current;
            if (known.Version > version)
            {
                return known;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Ends when at least one gateway is known; at once when that is so already.</summary>
    public async Task WaitForGatewayAsync(CancellationToken cancellationToken)
    {
        for (var known = Current; known.Addresses.Count == 0;)
        {
            known = await NextAsync(known.Version, cancellationToken);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task WatchAsync(string register, RegisterView view, CancellationToken cancellationToken)
    {
        using var source = Source(register, view);
        var wait = _options.FirstWait;
        string? lastFault = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var reply in source.WatchAsync(cancellationToken))
                {
                    wait = _options.FirstWait;
                    lastFault = null;
                    Take(register, view, reply);
                }
            }
            catch (Exception fault) when (fault is RpcException or IOException)
            {
                // Said once for each new reason, not for each attempt.
                if (lastFault != fault.Message)
                {
                    lastFault = fault.Message;
                    RegisterAway(_log, register, fault.Message);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            await WaitAsync(DialPace.Jitter(wait), cancellationToken);
            wait = wait * 2 < _options.LongestWait ? wait * 2 : _options.LongestWait;
        }
    }

    private IRegisterSource Source(string register, RegisterView view) => view.IsGatewayWorker
        ? new LineRegisterSource(register[RegisterWatcherOptions.GatewayWorkerScheme.Length..], _options.SecretKey, _options.TimeProvider)
        : new RpcRegisterSource(register, _options);

    /// <summary>What is newest counts, and of several registers the one that knows of TLS: an older one does not pass the word on.</summary>
    private static Dictionary<GatewayAddress, WireSecurity> SecurityOf(List<RegisterView> views)
    {
        var security = new Dictionary<GatewayAddress, WireSecurity>();
        foreach (var view in views)
        {
            foreach (var (address, one) in view.Security.DistinctBy(entry => entry.Key))
            {
                if (one != WireSecurity.Plain)
                {
                    security.TryAdd(address, one);
                }
            }
        }

        return security;
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(time, _options.TimeProvider, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The loop sees the token itself.
        }
    }

    private void Take(string register, RegisterView view, WatchReply reply)
    {
        bool restarted;
        lock (_gate)
        {
            if (!view.Take(reply, out restarted))
            {
                return;
            }

            Publish();
        }

        RegisterSaid(_log, register, reply.Version, reply.Addresses.Count);
        if (restarted)
        {
            RegisterRestarted(_log, register);
            _ = ForgetLaterAsync(view);
        }
    }

    private async Task ForgetLaterAsync(RegisterView view)
    {
        await Task.Delay(_options.RestartGrace, _options.TimeProvider, CancellationToken.None);
        lock (_gate)
        {
            view.Forget();
            Publish();
        }
    }

    private void Publish()
    {
        List<GatewayAddress> addresses = [.. _views.SelectMany(view => view.Addresses).Distinct()];
        HashSet<GatewayAddress> known = [.. _views.Where(view => !view.IsGatewayWorker).SelectMany(view => view.Addresses)];
        List<GatewayAddress> lines = [.. addresses.Where(address => !known.Contains(address))];
        var security = SecurityOf(_views);
        if (_current.Version > 0
            && addresses.SequenceEqual(_current.Addresses)
            && addresses.TrueForAll(
                address => _current.IsGatewayWorker(address) != known.Contains(address) && _current.SecurityOf(address) == security.GetValueOrDefault(address)))
        {
            return;
        }

        Volatile.Write(ref _current, new KnownGateways(_current.Version + 1, addresses, lines, security));
        var changed = _changed;
        Volatile.Write(ref _changed, NewSignal());
        changed.SetResult();
    }
}
