using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Rpc;
using Portico.Hosting;

namespace Portico.Gateway.Workers.GatewayWorker;

/// <summary>What the inner connections of a gateway share.</summary>
internal sealed class PhpPort
{
    private int _workers;
    private long _activeAt;

    /// <summary>The loops.</summary>
    public required IWorkerLoops Loops { get; init; }

    /// <summary>The gateway's address, which stands in every event.</summary>
    public required GatewayIdentity Identity { get; init; }

    /// <summary>What peers must show.</summary>
    public required RpcSecretKey SecretKey { get; init; }

    /// <summary>The ceilings.</summary>
    public required InnerLimits Limits { get; init; }

    /// <summary>Which clients PHP workers take.</summary>
    public ServedPlaces Serves { get; init; } = ServedPlaces.OfPhp([]);

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>The log.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Peers that were refused.</summary>
    public required RepeatedWarnings Warnings { get; init; }

    /// <summary>Commands that were not done, of which the peers hear nothing.</summary>
    public required PhpRefusals Refusals { get; init; }

    /// <summary>PHP workers connected now. Any thread.</summary>
    public int Workers => Volatile.Read(ref _workers);

    /// <summary>A worker was given an event, or it, or any peer with a query, has said something. Any thread.</summary>
    public void NoteActivity() => Volatile.Write(ref _activeAt, Clock.GetTimestamp());

    /// <summary>How long ago that was. Any thread.</summary>
    public TimeSpan Silence() => Clock.GetElapsedTime(Volatile.Read(ref _activeAt));

    /// <summary>Workers whose input can be taken from another thread.</summary>
    public ConcurrentDictionary<WorkerInput, bool> Inputs { get; } = new();

    /// <summary>
    /// Takes what this peer's workers have sent. A worker that changes something on its link and then asks on another connection is answered with
    /// the change: PHP's does so for every session it finds stale.
    /// </summary>
    public void CatchUp(IPAddress? peer)
    {
        foreach (var (input, _) in Inputs)
        {
            if (input.Peer.Equals(peer))
            {
                _ = input.Pump();
            }
        }
    }

    /// <summary>A worker came or went.</summary>
    public void CountWorker(int change) => Interlocked.Add(ref _workers, change);
}
