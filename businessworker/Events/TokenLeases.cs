using System.Diagnostics.CodeAnalysis;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;

namespace Portico.BusinessWorker.Events;

/// <summary>
/// Connections that were let in by a user token end with it: 60 s before, the client is asked for a fresh one (<c>token</c> with
/// <c>expires_in</c>), and without one it is closed with 4001. For modules that read <c>?token=</c>. Until when a token holds stands in
/// the session too, so that the worker that takes a client over knows it; it watches from the client's next message on.
/// </summary>
internal sealed class TokenLeases(IGatewayClient gateways, TimeProvider clock) : IDisposable
{
    private const string UntilKey = "token_until";
    private static readonly TimeSpan Notice = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    // A gateway that was killed says goodbye for none of its clients. Rarely enough to cost nothing: what is kept are some tens of bytes each.
    private static readonly TimeSpan Census = TimeSpan.FromMinutes(1);

    // Below so many, what no longer counts may stay in the queue until its time.
    private const int FewDue = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<ClientId, Lease> _leases = [];
    private readonly PriorityQueue<ClientId, DateTimeOffset> _due = new();
    private readonly Dictionary<GatewayAddress, ulong> _epochs = [];
    private ITimer? _timer;
    private DateTimeOffset _counted = clock.GetUtcNow();

    /// <summary>How many times stand in the queue, those that no longer count among them.</summary>
    internal int Due
    {
        get
        {
            lock (_lock)
            {
                return _due.Count;
            }
        }
    }

    /// <summary>How many connections are watched.</summary>
    internal int Watched
    {
        get
        {
            lock (_lock)
            {
                return _leases.Count;
            }
        }
    }

    /// <summary>A client was let in by a token that is good until then, or has shown a fresh one.</summary>
    public void Begin(ClientContext client, DateTimeOffset expires)
    {
        client.Session[UntilKey] = expires.ToUnixTimeSeconds();
        Watch(client, expires);
    }

    /// <summary>
    /// To be called with each message: takes up the watch of a client that came from another worker. False when its token is over: the caller
    /// closes it with <see cref="CloseReason.TokenExpired"/>.
    /// </summary>
    public bool IsGood(ClientContext client)
    {
        lock (_lock)
        {
            if (_leases.ContainsKey(client.Id))
            {
                return true;
            }
        }

        if (client.Session.GetInt64(UntilKey) is not { } until)
        {
            return true;
        }

        var expires = DateTimeOffset.FromUnixTimeSeconds(until);
        if (expires <= clock.GetUtcNow())
        {
            return false;
        }

        Watch(client, expires);
        return true;
    }

    /// <summary>The client is gone.</summary>
    public void End(ClientContext client)
    {
        lock (_lock)
        {
            _leases.Remove(client.Id);
        }
    }

    public void Dispose() => _timer?.Dispose();

    // An old client cannot be asked: it is sent nothing, and closed when the time comes.
    private void Watch(ClientContext client, DateTimeOffset expires)
    {
        lock (_lock)
        {
            var gateway = client.Id.Gateway;
            if (_epochs.TryGetValue(gateway, out var epoch) && epoch != client.GatewayEpoch)
            {
                // It was started again: none of those it held before is there.
                Forget(gateway);
            }

            _epochs[gateway] = client.GatewayEpoch;
            var lease = new Lease(expires, IsAsked: !client.SpeaksPortico);
            _leases[client.Id] = lease;
            Sweep();
            _due.Enqueue(client.Id, lease.Due);
            _timer ??= clock.CreateTimer(static state => ((TokenLeases)state!).Tick(), this, Step, Step);
        }
    }

    // Tokens hold for as long as their issuer likes: clients that came and went, or showed many, must not stay here until then.
    private void Sweep()
    {
        if (_due.Count < FewDue + (2 * _leases.Count))
        {
            return;
        }

        _due.Clear();
        foreach (var (client, lease) in _leases)
        {
            _due.Enqueue(client, lease.Due);
        }
    }

    private void Tick()
    {
        var now = clock.GetUtcNow();
        while (TakeDue(now) is { } due)
        {
            _ = due.Lease.IsAsked ? CloseAsync(due.Client) : AskAsync(due.Client, due.Lease.Expires - now);
        }

        foreach (var client in TakeWitnesses(now))
        {
            _ = CountAsync(client);
        }
    }

    // One client of each gateway, once in a while.
    private List<ClientId> TakeWitnesses(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (now - _counted < Census)
            {
                return [];
            }

            _counted = now;
            return [.. _leases.Keys.DistinctBy(client => client.Gateway)];
        }
    }

    // Should the gateway only have been out of sight, nothing is lost: a client's next message takes its watch up again.
    private void Forget(GatewayAddress gateway)
    {
        foreach (var client in _leases.Keys.Where(client => client.Gateway == gateway).ToList())
        {
            _leases.Remove(client);
        }

        _epochs.Remove(gateway);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Asked again a minute later.")]
    private async Task CountAsync(ClientId witness)
    {
        try
        {
            var answer = await gateways.IsOnlineAsync(witness);
            if (answer.Failures.Any(failure => failure.Status == CommandStatus.GatewayGone))
            {
                lock (_lock)
                {
                    Forget(witness.Gateway);
                }
            }
        }
        catch (Exception)
        {
            // The worker stops.
        }
    }

    // A client stands in the queue once for each token it has shown; what no longer fits its lease is dropped when its time comes.
    private (ClientId Client, Lease Lease)? TakeDue(DateTimeOffset now)
    {
        lock (_lock)
        {
            while (_due.TryPeek(out var client, out var at) && at <= now)
            {
                _due.Dequeue();
                if (!_leases.TryGetValue(client, out var lease) || at != lease.Due)
                {
                    continue;
                }

                if (lease.Expires <= now)
                {
                    _leases.Remove(client);
                    return (client, lease with { IsAsked = true });
                }

                _leases[client] = lease with { IsAsked = true };
                _due.Enqueue(client, lease.Expires);
                return (client, lease);
            }

            return null;
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A gateway that is away has lost the client anyway.")]
    private async Task AskAsync(ClientId client, TimeSpan left)
    {
        try
        {
            await gateways.SendToClientAsync(
                client, JsonFrame.Write("token", (int)Math.Ceiling(left.TotalSeconds), static (json, seconds) => json.WriteNumber("expires_in"u8, seconds)));
        }
        catch (Exception)
        {
            // Nothing is lost: it is closed when its time comes, and asks for a fresh token when it connects again.
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A gateway that is away has lost the client anyway.")]
    private async Task CloseAsync(ClientId client)
    {
        try
        {
            await gateways.CloseClientAsync(client, reason: CloseReason.TokenExpired);
        }
        catch (Exception)
        {
            // Its next message meets the time in its session.
        }
    }

    private readonly record struct Lease(DateTimeOffset Expires, bool IsAsked)
    {
        /// <summary>When something is to be done next.</summary>
        public DateTimeOffset Due => IsAsked ? Expires : Expires - Notice;
    }
}
