using BenchmarkDotNet.Attributes;
using Portico.Contracts.Ids;
using Portico.Contracts.Results;
using Portico.Gateway.Connections;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Gateway.Transport;

namespace Portico.Bench.Micro;

/// <summary>One message to many clients of one loop: all that a delivery costs besides its system call.</summary>
[MemoryDiagnoser]
public class FanOutBenchmarks
{
    private readonly byte[] _payload = new byte[128];
    private LoopClients _clients = null!;

    /// <summary>Clients of the loop.</summary>
    [Params(1000)]
    public int Clients { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _clients = new LoopClients(new LoopPlace(0, 1, GatewayAddress.Parse("127.0.0.1:2900"))) { Events = new Deaf() };
        var listener = new ListenerSettings { Index = 0, Scheme = "text", Url = "bench", Port = 1 };
        var codecs = new CodecFactory(ListenerProtocol.Text, new WebSocketSettings());
        using var transport = new SinkTransport();
        for (var i = 0; i < Clients; i++)
        {
            var accepted = new AcceptedSocket(Stream.Null, new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1), 0);
            _ = _clients.Groups.Join(_clients.Accept(transport, accepted, listener, codecs.Create())!, "bench"u8);
        }
    }

    /// <summary>Nothing per delivery may be allocated.</summary>
    [Benchmark]
    public bool ToAll()
    {
        var message = _clients.Prepare(_payload, binary: false, raw: false);
        _clients.Broadcasts.Add(new Broadcast(_clients.Table.All, message, default));
        message.Release();
        while (_clients.AfterInbox())
        {
        }

        return _clients.Broadcasts.Any;
    }

    private sealed class SinkTransport : IClientTransport
    {
        public int SocketCount => 0;

        public bool Wait(int timeoutMilliseconds) => false;

        public void Dispatch()
        {
        }

        public void Wake()
        {
        }

        public TransportSocket Adopt(AcceptedSocket accepted, ITransportSocketHandler handler) => new SinkSocket();

        public void OnTick(long now)
        {
        }

        public void Dispose()
        {
        }
    }

    private sealed class Deaf : IClientEvents
    {
        public void OnConnect(ClientConnection client)
        {
        }

        public void OnWebSocketConnect(ClientConnection client, ReadOnlySpan<byte> requestHead)
        {
        }

        public void OnMessage(ClientConnection client, ReadOnlySpan<byte> payload, bool binary)
        {
        }

        public bool HasUnhandled(ClientConnection client) => false;

        public void OnClose(ClientConnection client, CloseReason reason)
        {
        }
    }
}
