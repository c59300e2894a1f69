using System.Diagnostics.CodeAnalysis;
using Portico.Client;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Hosting;
using Portico.WebApi.Hosting;
using Portico.WebApi.Telemetry;

namespace Portico.WebApi.Messages;

/// <summary>
/// Hands pushes to every gateway and sees to it that each confirms them (<see cref="GatewayPushes"/>). A gateway that has left the registers is kept for a
/// while: when it only lost its way to them, its clients are still connected. Thread-safe.
/// </summary>
internal sealed class PushQueues : IDisposable
{
    // As long as a push is kept. A gateway that comes back later has its clients told to resynchronise.
    private static readonly TimeSpan AwayTime = TimeSpan.FromSeconds(GatewayPushes.KeptSeconds);
    private static readonly ReadOnlyMemory<byte> Resync = """{"type":"resync"}"""u8.ToArray();

    private readonly IGatewayClient _gateways;
    private readonly RegisterWatcher _registers;
    private readonly TimeProvider _time;
    private readonly RepeatedWarnings _warnings;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<GatewayAddress, (GatewayPushes Queue, long? LeftAt)> _queues = [];
    private readonly long _mostBytes;
    private GatewayPushes[] _targets = [];
    private KnownGateways? _known;
    private long _reviewAt = long.MaxValue;
    private long _keptBytes;

    public PushQueues(IGatewayClient gateways, RegisterWatcher registers, WebApiOptions options, TimeProvider time, RepeatedWarnings warnings)
    {
        _gateways = gateways.WithTimeout(TimeSpan.FromMilliseconds(options.Limits.PushMilliseconds));
        _registers = registers;
        _time = time;
        _warnings = warnings;
        _mostBytes = options.Limits.PushBytes;
    }

    /// <summary>Whether every push was confirmed.</summary>
    public bool IsIdle => Array.TrueForAll(Volatile.Read(ref _targets), queue => queue.IsIdle);

    /// <summary>
    /// Sends a part to every gateway. When the call returns the part is on its way, so the order of the calls is the order at each gateway.
    /// </summary>
    /// <returns>True when every gateway confirmed it at once; false when some will be asked again.</returns>
    public async Task<bool> SendAsync(PushPart part)
    {
        var targets = Targets();
        var sent = new Task<bool>[targets.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            sent[i] = targets[i].SendAsync(part);
        }

        var all = targets.Length > 0;
        foreach (var one in sent)
        {
            all &= await one;
        }

        return all;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    /// <summary>Asks a gateway once; never throws at the call.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A send that cannot be begun is one that was not confirmed.")]
    internal Task<SendReceipt> StartAsync(GatewayAddress gateway, PushPart part, bool isRepeated)
    {
        var options = part.OptionsAt(isRepeated, _time) with { Gateway = gateway };
        try
        {
            return part.IsGroup ? _gateways.SendToGroupsAsync([part.Name], part.Frame, options) : _gateways.SendToUidsAsync([part.Name], part.Frame, options);
        }
        catch (Exception fault)
        {
            return Task.FromException<SendReceipt>(fault);
        }
    }

    /// <summary>Whether the gateway has carried it out, or will not however often it is asked.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What a send fails at does not matter: it was not confirmed, and is repeated.")]
    internal async Task<bool> IsConfirmedAsync(GatewayAddress gateway, Task<SendReceipt> sent)
    {
        string reason;
        try
        {
            var receipt = await sent;
            if (receipt.Gateways.Count == 0 || receipt.Gateways[0].Status is CommandStatus.Delivered or CommandStatus.NoSuchClient)
            {
                return true;
            }

            var answer = receipt.Gateways[0];
            if (answer.Status == CommandStatus.Refused || _registers.Current.IsGatewayWorker(gateway))
            {
                // A gateway of GatewayWorker would deliver it once more, and who refuses does so again.
                WebApiMeter.Pushed("failed");
                _warnings.Add($"Gateway {gateway}", $"did not take a push: {answer.Status}. It is not repeated.");
                return true;
            }

            reason = answer.Status.ToString();
        }
        catch (Exception fault)
        {
            reason = fault.GetType().Name;
        }

        WebApiMeter.Pushed("repeated");
        if (_registers.Current.Contains(gateway))
        {
            _warnings.Add($"Gateway {gateway}", $"did not confirm a push: {reason}. It is repeated for {GatewayPushes.KeptSeconds} s.");
        }

        return false;
    }

    /// <summary>Clients of portico.v1 at this gateway ask for what they have missed.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "As above.")]
    internal async Task<bool> ResynchroniseAsync(GatewayAddress gateway)
    {
        try
        {
            var receipt = await _gateways.SendToAllAsync(Resync, new SendOptions { Subprotocol = MessageFrames.Subprotocol, Gateway = gateway });
            return receipt.Gateways.Count == 0
                || receipt.Gateways[0].Status is not (CommandStatus.TimedOut or CommandStatus.GatewayGone or CommandStatus.NoGateway);
        }
        catch (Exception)
        {
            // Tried again with the next repetition.
            return false;
        }
    }

    /// <summary>Waits; false when the process stops.</summary>
    internal async Task<bool> PauseAsync(TimeSpan pause)
    {
        try
        {
            await Task.Delay(pause * (0.75 + (0.5 * Random.Shared.NextDouble())), _time, _stopping.Token);
            return true;
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
    }

    internal bool IsExpired(PushPart part) => _time.GetElapsedTime(part.DueAt) >= TimeSpan.FromSeconds(GatewayPushes.KeptSeconds);

    internal bool TryKeep(long bytes)
    {
        if (Interlocked.Add(ref _keptBytes, bytes) <= _mostBytes)
        {
            return true;
        }

        Release(bytes);
        return false;
    }

    internal void Release(long bytes) => Interlocked.Add(ref _keptBytes, -bytes);

    /// <summary>Parts that are not repeated any more. Those of a gateway that has ended concern no client.</summary>
    internal void Lost(GatewayAddress gateway, int parts)
    {
        if (!_registers.Current.Contains(gateway))
        {
            return;
        }

        for (var i = 0; i < parts; i++)
        {
            WebApiMeter.Pushed("given_up");
        }

        _warnings.Add(
            $"Gateway {gateway}",
            $"did not confirm pushes for {GatewayPushes.KeptSeconds} s: old clients there lose them, clients of portico.v1 are told to synchronise.");
    }

    private GatewayPushes[] Targets()
    {
        var known = _registers.Current;
        if (ReferenceEquals(known, Volatile.Read(ref _known)) && _time.GetTimestamp() < Volatile.Read(ref _reviewAt))
        {
            return Volatile.Read(ref _targets);
        }

        lock (_lock)
        {
            var now = _time.GetTimestamp();
            var isFirst = _known is null;
            foreach (var gateway in known.Addresses)
            {
                if (_queues.TryGetValue(gateway, out var entry))
                {
                    _queues[gateway] = (entry.Queue, null);
                    continue;
                }

                var queue = new GatewayPushes(gateway, this);
                _queues.Add(gateway, (queue, null));
                if (!isFirst)
                {
                    // It may have clients already: one that only lost its way to the registers.
                    queue.NoteLoss();
                }
            }

            var next = long.MaxValue;
            foreach (var (gateway, entry) in _queues.ToList())
            {
                if (known.Contains(gateway))
                {
                    continue;
                }

                var leftAt = entry.LeftAt ?? now;
                var until = leftAt + (long)(AwayTime.TotalSeconds * _time.TimestampFrequency);
                if (until <= now)
                {
                    _queues.Remove(gateway);
                    entry.Queue.Retire();
                    continue;
                }

                _queues[gateway] = (entry.Queue, leftAt);
                next = Math.Min(next, until);
            }

            Volatile.Write(ref _targets, [.. _queues.Values.Select(entry => entry.Queue)]);
            Volatile.Write(ref _reviewAt, next);
            Volatile.Write(ref _known, known);
            return _targets;
        }
    }
}
