using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Contracts.Ids;
using Portico.Gateway.Connections;
using Portico.Gateway.Loops;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Gateway.Tests.Connections;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;
using Portico.Support;

namespace Portico.Gateway.Tests.Loops;

public sealed class GatewayLoopTests
{
    [Fact]
    public void OnTick_ClientThatCameBeforeTheFirst_HasItsWholeTime()
    {
        // A clock that has run for long, as every machine's has.
        var clock = new FakeClock();
        clock.Advance(TimeSpan.FromDays(1));
        var transport = new FakeTransport();
        using var events = new EventLoop(0, transport, clock, NullLogger.Instance);
        var listeners = new LoopListeners();
        listeners.Add(new LoopListener(new LoopHarness().Listener, new CodecFactory(ListenerProtocol.Text, new WebSocketSettings())));
        var settings = new LoopSettings(
            "least-connections", new DeliveryLimits(1 << 20, TimeSpan.FromSeconds(30), 1 << 19, TimeSpan.FromSeconds(60)), 1 << 20, 0, 100, new AddressCounts(0), new PartialBudget(1 << 20), new Suspects(4));
        var loop = new GatewayLoop(new LoopPlace(0, 1, GatewayAddress.Parse("127.0.0.1:2900")), settings, listeners, events, new NoLoops(), NullLogger.Instance);

        loop.OnInbox(new AcceptedSocket(new MemoryStream(), new IPEndPoint(IPAddress.Loopback, 1), 0));
        loop.OnTick(events.Now);

        Assert.Equal((1, 0), (loop.Clients.Table.Count, loop.Clients.Leaving.Count));
        loop.OnTick(events.Now + 31_000);
        Assert.Equal(0, loop.Clients.Table.Count);
    }

    private sealed class NoLoops : IWorkerLoops
    {
        public int Count => 1;

        public bool TryPost(int loop, ILoopWork work) => false;
    }
}
