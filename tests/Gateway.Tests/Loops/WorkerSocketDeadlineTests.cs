using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Contracts.Ids;
using Portico.Contracts.Rpc;
using Portico.Gateway.Connections;
using Portico.Gateway.Hosting;
using Portico.Gateway.Loops;
using Portico.Gateway.Transport;
using Portico.Gateway.Workers;
using Portico.Hosting;
using Portico.Support;

namespace Portico.Gateway.Tests.Loops;

/// <summary>Workers' sockets that are not let in, on a loop whose clock the test moves.</summary>
public sealed class WorkerSocketDeadlineTests : IAsyncDisposable
{
    private static readonly byte[] Beginning = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 6, 4, 0, 0, 0, 0, 0, 0xF0, 0xA7, 0, 0, 0, 0];
    private static readonly byte[] Ping = [0, 0, 8, 6, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];

    private readonly FakeClock _clock = new();
    private readonly RecordingLoggers _log = new();
    private readonly TransportFactory _transports;
    private readonly EventLoop _events;
    private readonly LinkDoor _door;

    public WorkerSocketDeadlineTests()
    {
        _transports = new TransportFactory(TransportKind.Auto, new TransportOptions(), _clock, _log);
        _events = _transports.CreateLoop(0);
        var loops = new NoLoops();
        var settings = new LoopSettings(
            "least-connections", new DeliveryLimits(1 << 20, TimeSpan.FromSeconds(30), 1 << 19, TimeSpan.FromSeconds(60)), 1 << 20, 0, 100, new AddressCounts(0), new PartialBudget(1 << 20), new Suspects(4));
        var place = new LoopPlace(0, 1, GatewayAddress.Parse("127.0.0.1:2900"));
        _door = new LinkDoor(loops, new GatewayIdentity(), GatewayFaces.Limits(new LimitOptions()), RpcSecretKey.Open, new RepeatedWarnings(TimeProvider.System, NullLogger<RepeatedWarnings>.Instance), NullLogger<LinkDoor>.Instance);
        _events.Start(new GatewayLoop(place, settings, new LoopListeners(), _events, loops, _log));
    }

    public async ValueTask DisposeAsync()
    {
        await _events.StopAsync().Guarded();
        _events.Dispose();
    }

    [Fact]
    public async Task Socket_NeverLetInButTalking_IsClosedAfterTenSeconds()
    {
        using var peer = await DialAsync();
        await peer.SendAsync(Beginning).Guarded();
        await ReceiveAsync(peer, 9);

        // It is never silent: each ping is answered before the next second passes.
        var seconds = 0;
        do
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            seconds++;
        }
        while (seconds < 60 && await IsAnsweredAsync(peer));

        Assert.InRange(seconds, 10, 13);
    }

    private static async Task<bool> IsAnsweredAsync(Socket peer)
    {
        try
        {
            await peer.SendAsync(Ping).Guarded();
            return await ReceiveAsync(peer, Ping.Length);
        }
        catch (SocketException)
        {
            // Closed with the ping unread is a reset.
            return false;
        }
    }

    private static async Task<bool> ReceiveAsync(Socket peer, int length)
    {
        var buffer = new byte[length];
        for (var have = 0; have < length;)
        {
            var count = await peer.ReceiveAsync(buffer.AsMemory(have)).AsTask().Guarded();
            if (count == 0)
            {
                return false;
            }

            have += count;
        }

        return true;
    }

    private async Task<Socket> DialAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var peer = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await peer.ConnectAsync(listener.LocalEndPoint!).Guarded();
        var accepted = await listener.AcceptAsync().Guarded();
        Assert.True(_events.Post(new WorkerArrival(_transports.Wrap(accepted, (IPEndPoint)accepted.RemoteEndPoint!), _door)));
        return peer;
    }

    private sealed class NoLoops : IWorkerLoops
    {
        public int Count => 1;

        public bool TryPost(int loop, ILoopWork work) => false;
    }
}
