using Portico.Gateway.Loops;
using Portico.Gateway.Telemetry;

namespace Portico.Gateway.Hosting;

/// <summary>Makes the instruments over all loops.</summary>
internal static class GatewayInstruments
{
    /// <summary>Adds them to the meter.</summary>
    public static void Add(GatewayMeter meter, LoopSet loops)
    {
        Gauge("connections", "Client connections now", loop => loop.Events.Connections);
        Count("accepted", "Client connections taken over", loop => loop.Clients.Counters.Accepted);
        Count("closed", "Client connections ended", loop => loop.Clients.Counters.Closed);
        Count("messages_in", "Messages from clients", loop => loop.Clients.Counters.MessagesIn);
        Count("bytes_in", "Payload bytes of them", loop => loop.Clients.Counters.BytesIn);
        Count("messages_out", "Messages taken for clients", loop => loop.Clients.Counters.MessagesOut);
        Count("slow_consumers", "Clients closed with 4008", loop => loop.Clients.Counters.SlowConsumers);
        Count("refused", "Clients closed for breaking the protocol or a size limit", loop => loop.Clients.Counters.Refused);
        meter.Count(
            "turned_away",
            "Connections rejected: limit reached, in all or of one address",
            () => loops.TurnedAway + loops.Loops.Sum(loop => loop.Clients.Counters.TurnedAway));
        Count("timed_out", "Clients closed with 4002", loop => loop.Clients.Counters.TimedOut);
        Count("too_fast", "Clients closed with 4003", loop => loop.Clients.Counters.TooFast);
        Count("pings", "Pings sent to silent clients", loop => loop.Clients.Counters.Pings);
        Count("broken", "Client sockets that broke", loop => loop.Clients.Counters.Broken);
        Gauge("links", "Worker links now", loop => loop.Workers.Counters.Links);
        Count("events", "Events given to workers", loop => loop.Workers.Counters.Events);
        Count("redelivered", "Events given to a worker again", loop => loop.Workers.Counters.Redelivered);
        Count("parked", "Events that had to wait for a worker", loop => loop.Workers.Counters.Parked);
        Gauge("parked_now", "Events that wait for a worker now", loop => loop.Workers.Counters.ParkedNow);
        Count("dropped", "Events given up, their clients closed", loop => loop.Workers.Counters.Dropped);
        Count("unserved", "Events given up since no worker serves their clients' path, the clients closed with 1013", loop => loop.Workers.Counters.Unserved);
        Count("too_big", "Messages that a PHP worker's packets cannot carry, their clients closed with 1009", loop => loop.Workers.Counters.TooBig);
        Count("deadly", "Events given up since workers died of them, their clients closed with 1011", loop => loop.Workers.Counters.Deadly);
        Count("hung", "Links ended since their worker did not get on", loop => loop.Workers.Counters.Hung);
        Count("paused", "Times that a client was not read since its link was full or it was too far ahead of its worker", loop => loop.Workers.Counters.Paused);

        void Count(string noun, string description, Func<GatewayLoop, long> read) => meter.Count(noun, description, () => loops.Loops.Sum(read));
        void Gauge(string noun, string description, Func<GatewayLoop, long> read) => meter.Gauge(noun, description, () => loops.Loops.Sum(read));
    }
}
