using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Protos.Register;
using Portico.Contracts.Results;
using Portico.Contracts.Rpc;
using Portico.Gateway.Connections;
using Portico.Gateway.Loops;
using Portico.Gateway.Telemetry;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;
using Portico.Hosting;
using Portico.Hosting.Tls;

namespace Portico.Gateway.Hosting;

/// <summary>
/// The gateway's life: inner port, loops and listeners before the server starts, announced after; on stop it leaves the registers, says
/// goodbye to its clients while the workers still hear of it, ends the streams, and lets the server and the loops end.
/// </summary>
internal sealed partial class GatewayService(
    GatewayOptions options, InnerPort inner, InnerTls tls, RoleAddresses addresses, RoleReadiness readiness, RoleFailure failure, TimeProvider clock, RepeatedWarnings warnings,
    ILoggerFactory loggers, ILogger<GatewayService> logger)
    : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan FlushTime = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);
    private readonly GatewayMeter _meter = new();
    private readonly LargeArrayKeeper _keeper = new(clock);
    private readonly CancellationTokenSource _announcing = new();
    private readonly CancellationTokenSource _streams = new();
    private TransportFactory? _transports;
    private LoopSet? _loops;
    private ClientListeners? _listeners;
    private Task _announcers = Task.CompletedTask;

    /// <summary>Who this gateway is.</summary>
    public GatewayIdentity Identity { get; } = new();

    /// <summary>What answers on the inner port; there once the server runs.</summary>
    public GatewayFaces Faces { get; private set; } = null!;

    /// <summary>Ends the streams on the inner port: later than the host's stop begins, since the workers must hear of the clients' ends.</summary>
    public CancellationToken StreamsEnd => _streams.Token;

    /// <summary>Whether another dedicated worker connection may be accepted; otherwise Kestrel serves it, within its own limit.</summary>
    public bool HasRoomForWorker => Faces.Php.Adopted + (_loops?.WorkerSockets ?? 0) < options.Limits.InnerConnections;

    /// <summary>Gives a worker's socket to the loop it asked for; false when there is no such loop, and it is still the caller's.</summary>
    public bool TryAdmit(Socket worker, IPEndPoint peer, uint loop)
    {
        if (_loops is not { } loops || loop >= (uint)loops.Count)
        {
            return false;
        }

        var arrival = new WorkerArrival(_transports!.Wrap(worker, peer), Faces.Door);
        if (!loops.TryPost(loop, arrival))
        {
            arrival.Socket.Discard();
        }

        return true;
    }

    /// <summary>Clients that are there, those that say goodbye too.</summary>
    public int Clients => _loops?.Loops.Sum(loop => loop.Events.Connections) ?? 0;

    /// <summary>Which places are served, by how many workers.</summary>
    public Task<PlacesReply> PlacesAsync() => PlaceReport.RunAsync(_loops!);

    /// <summary>Lets no further client in.</summary>
    public void CloseListeners() => _listeners?.Dispose();

    /// <summary>Says goodbye to one client of <paramref name="of"/>, after the answers to what it sent.</summary>
    public Task CloseShareAsync(long of)
    {
        var patience = TimeSpan.FromSeconds(options.Limits.StopSeconds) / 2;
        return _loops?.OnEachAsync(loop => loop.Clients.CloseShare(of, CloseReason.Drained, patience)) ?? Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        inner.Bind();
        Identity.Address = inner.Address;
        var transports = _transports = GatewayFaces.Transport(options, clock, loggers);
        _loops = new LoopSet(options.LoopCount, inner.Address, Settings(), transports, clock, loggers.CreateLogger<LoopSet>());
        Faces = new GatewayFaces(_loops, Identity, options, clock, warnings, loggers);
        _listeners = new ClientListeners(options, transports, _loops, clock, loggers);
        _listeners.Bind();
        GatewayInstruments.Add(_meter, _loops);
        _meter.Count("inner_refused", "Commands of PHP peers that were not done", () => Faces.Refusals.Count);
        _loops.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var address = inner.Address.ToString();
        var announcers = options.Registers.Select(register => new RegisterAnnouncer(
            register, Announcement(address), Channel(), failure.Fail, clock, loggers.CreateLogger<RegisterAnnouncer>())).ToList();
        readiness.Add(() => announcers.Exists(one => one.IsListed == false) ? "another gateway has announced the same address"
            : announcers.Exists(one => one.IsListed == true) ? null : "no register has answered yet");
        _announcers = Task.WhenAll(announcers.Select(announcer => announcer.RunAsync(_announcing.Token)));
        foreach (var client in _listeners!.Addresses)
        {
            addresses.Add("clients", client);
        }

        addresses.Add("inner", address);
        tls.Announce();
        LogReady(addresses.ToString());
        if (options.SecretKey.IsOpen)
        {
            LogNoKey();
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _announcing.CancelAsync();
        if (_loops is not { } loops)
        {
            return;
        }

        CloseListeners();
        LogLeaving(Clients);
        var (began, time) = (clock.GetTimestamp(), TimeSpan.FromSeconds(options.Limits.StopSeconds));
        await loops.CloseClientsAsync(CloseReason.Drained, time, clock);

        // What workers do when a client has gone asks this gateway too: it answers until they have done it. A PHP worker whose question is refused ends.
        await loops.OnEachAsync(loop => loop.Workers.Flush());
        var left = time - clock.GetElapsedTime(began);
        await loops.WorkersIdleAsync(() => Faces.Php.AreWorkersQuiet(LimitOptions.StopQuietTime), left < FlushTime ? FlushTime : left, clock);
        await loops.OnEachAsync(loop => loop.EndLinks(LinkEnds.GatewayLeaving));
        await _streams.CancelAsync();
        await _announcers;

        // The closed sockets linger in the loops until their peers have taken the goodbye; ending those now would reset them.
        await loops.LingeredAsync(LingerTime, clock);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_loops is { } loops)
        {
            await loops.StopAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _meter.Dispose();
        _keeper.Dispose();
        Faces?.Dispose();
        _listeners?.Dispose();
        _loops?.Dispose();
        _announcing.Dispose();
        _streams.Dispose();
    }

    private AnnounceRequest Announcement(string address) => new()
    {
        Address = address,
        Epoch = Identity.Epoch,
        Security = !tls.Options.Serves ? Security.Plain : tls.Options.AllowPlain ? Security.Either : Security.Tls,
    };

    private RpcChannelOptions Channel() => new() { SecretKey = options.SecretKey.Own, Tls = tls.Client, AllowPlain = tls.Options.MayCallPlain, TimeProvider = clock };

    private LoopSettings Settings()
    {
        var limits = options.Limits;
        var delivery = new DeliveryLimits(
            limits.ParkedBytes / options.LoopCount, TimeSpan.FromSeconds(limits.ParkedSeconds), limits.ClientLinkBytes, TimeSpan.FromSeconds(limits.WorkerSeconds))
        {
            UnknownBytes = limits.UnknownPathBytes / options.LoopCount,
            UnknownEvents = (limits.UnknownPathEvents + options.LoopCount - 1) / options.LoopCount,
            UnknownTime = LimitOptions.UnknownPathTime,
            PhpPlaces = options.PhpPlaces,
        };
        return new LoopSettings(
            options.Router, delivery, limits.LinkMessageBytes, limits.AcceptsWithoutWorker, limits.Connections, new AddressCounts(limits.ConnectionsPerAddress, warnings),
            new PartialBudget(limits.PartialBytes), new Suspects(limits.Deliveries));
    }
}
