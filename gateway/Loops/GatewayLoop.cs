using Microsoft.Extensions.Logging;
using Portico.Gateway.Commands;
using Portico.Gateway.Connections;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>One event loop put together: its clients, its links to workers and the commands for them. Shares nothing with the others.</summary>
internal sealed class GatewayLoop : ILoopOwner
{
    private readonly LoopListeners _listeners;

    /// <summary>A loop that does not run yet.</summary>
    public GatewayLoop(LoopPlace place, LoopSettings settings, LoopListeners listeners, EventLoop events, IWorkerLoops loops, ILogger logger)
    {
        _listeners = listeners;
        Events = events;
        Clients = new LoopClients(place) { Events = null!, Addresses = settings.Addresses, Partials = settings.Partials };
        var router = new LoopCommandRouter(place.Index, loops, new LoopCommands(Clients), settings.ResultBytes);
        Workers = new LoopWorkers(place.Index, WorkerRouters.Create(settings.Router), settings.Delivery, settings.Suspects, router, logger);
        Clients.Events = Workers;
        WorkerSockets = new WorkerSockets(events, Workers);

        // Initialise the clock now; otherwise an event parked before the first tick looks expired.
        Workers.OnTick(events.Now);
    }

    /// <summary>Its thread.</summary>
    public EventLoop Events { get; }

    /// <summary>Its clients.</summary>
    public LoopClients Clients { get; }

    /// <summary>Its links to workers.</summary>
    public LoopWorkers Workers { get; }

    /// <summary>The workers' own connections.</summary>
    public WorkerSockets WorkerSockets { get; }

    /// <summary>Ends every link; the gateway stops.</summary>
    public void EndLinks(string why)
    {
        Workers.CloseLinks(why);
        WorkerSockets.Stop();
    }

    /// <inheritdoc/>
    public void AfterSockets() => Workers.Flush();

    /// <inheritdoc/>
    public void OnInbox(object item)
    {
        switch (item)
        {
            case ILoopWork work:
                work.Run(Workers);
                break;
            case WorkerArrival arrival:
                WorkerSockets.Accept(arrival.Socket, arrival.Door);
                break;
            case AcceptedSocket accepted:
                var listener = _listeners[accepted.Listener];
                _ = Clients.Accept(Events.Transport, accepted, listener.Settings, listener.Codecs.Create());
                break;
        }
    }

    /// <inheritdoc/>
    public bool AfterInbox()
    {
        var busy = Clients.AfterInbox();
        Workers.Flush();
        return busy;
    }

    /// <inheritdoc/>
    public void OnTick(long now)
    {
        Clients.OnTick(now);
        Workers.OnTick(now);
        WorkerSockets.OnTick();
        Workers.Flush();
    }
}
