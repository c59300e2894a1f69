using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Gateway.Transport;

namespace Portico.Bench.Transport;

/// <summary>
/// One loop with the real transport, codec and connections, and no worker: what a message costs before it reaches a link. Answers as the
/// lab's bare C server does, so that both take the same load.
/// </summary>
internal sealed class BareGateway : ILoopOwner, ITransportListenerHandler, IClientEvents
{
    private readonly LoopClients _clients;
    private readonly ListenerSettings _listener;
    private readonly CodecFactory _codecs = new(ListenerProtocol.WebSocket, new WebSocketSettings { Deflate = null });

    private BareGateway(ushort port)
    {
        _clients = new LoopClients(new LoopPlace(0, 1, GatewayAddress.Parse("127.0.0.1:2900"))) { Events = this };
        _listener = new ListenerSettings { Index = 0, Scheme = "websocket", Url = "bench", Port = port };
    }

    /// <summary>Serves until SIGTERM or SIGINT.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var port = ushort.Parse(args[0], CultureInfo.InvariantCulture);
        var kind = args.Length > 1 && TransportFactory.TryParse(args[1], out var named) ? named : TransportKind.Auto;
        var factory = new TransportFactory(kind, new TransportOptions(), TimeProvider.System, NullLoggerFactory.Instance);
        using var loop = factory.CreateLoop(0);
        var gateway = new BareGateway(port);
        loop.Start(gateway);
        using var listener = factory.Listen(
            new Gateway.Transport.ListenerOptions { Index = 0, EndPoint = new IPEndPoint(IPAddress.Loopback, port) }, [loop], gateway);
        var stopped = new TaskCompletionSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, stopped));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, stopped));
        Console.WriteLine($"{factory.Kind} on {listener.EndPoint}");
        await stopped.Task;
        await loop.StopAsync();
        return 0;
    }

    public void OnAccepted(AcceptedSocket accepted) => accepted.Loop!.Post(accepted);

    public void AfterSockets()
    {
    }

    public void OnInbox(object item)
    {
        var accepted = (AcceptedSocket)item;
        _ = _clients.Accept(accepted.Loop!.Transport, accepted, _listener, _codecs.Create());
    }

    public bool AfterInbox() => _clients.AfterInbox();

    public void OnTick(long now) => _clients.OnTick(now);

    public void OnConnect(ClientConnection client)
    {
    }

    public void OnWebSocketConnect(ClientConnection client, ReadOnlySpan<byte> requestHead)
    {
        if (requestHead.StartsWith("GET /broadcast"u8))
        {
            _ = _clients.Groups.Join(client, "broadcast"u8);
        }
    }

    public void OnMessage(ClientConnection client, ReadOnlySpan<byte> payload, bool binary)
    {
        if (client.Path.StartsWith("/broadcast", StringComparison.Ordinal))
        {
            var message = _clients.Prepare(payload, binary, raw: false);
            _clients.Broadcasts.Add(new Broadcast(_clients.Table.All, message, default));
            message.Release();
        }
        else
        {
            _ = client.Send(payload, binary);
        }
    }

    public void OnClose(ClientConnection client, CloseReason reason)
    {
    }

    public bool HasUnhandled(ClientConnection client) => false;

    private static void End(PosixSignalContext context, TaskCompletionSource stopped)
    {
        context.Cancel = true;
        stopped.TrySetResult();
    }
}
