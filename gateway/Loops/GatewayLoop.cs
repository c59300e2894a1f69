using Microsoft.Extensions.Logging;
using Portico.Gateway.Commands;
using Portico.Gateway.Connections;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;

namespace Portico.Gateway.Loops;

/// <summary>One event loop put together: its clients, its links to workers and the commands for them. Shares nothing with the others.</summary>
internal sealed class GatewayLoop : ILoopOwner
{
    /// <summary>A loop that does not run yet.</summary>
    public GatewayLoop(LoopPlace place, LoopSettings settings, EventLoop events, IWorkerLoops loops, ILogger logger)
    {
        Events = events;
        Clients = new LoopClients(place) { Events = null! };
        var router = new LoopCommandRouter(place.Index, loops, new LoopCommands(Clients), settings.ResultBytes);
        Workers = new LoopWorkers(place.Index, WorkerRouters.Create(settings.Router), settings.Parking, router, logger);
        Clients.Events = Workers;
    }

    /// <summary>Its thread.</summary>
    public EventLoop Events { get; }

    /// <summary>Its clients.</summary>
    public LoopClients Clients { get; }

    /// <summary>Its links to workers.</summary>
    public LoopWorkers Workers { get; }

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
            case AcceptWork accepted:
                _ = Clients.Accept(Events.Transport, accepted.Socket, accepted.Listener.Settings, accepted.Listener.Codecs.Create());
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
        Workers.Flush();
    }
}
