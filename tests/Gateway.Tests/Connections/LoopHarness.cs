using System.Net;
using System.Text;
using Portico.Contracts.Ids;
using Portico.Gateway.Connections;
using Portico.Gateway.Protocols;
using Portico.Gateway.Protocols.WebSocket;
using Portico.Gateway.Transport;
using Portico.Hosting;
using Portico.Hosting.Proxies;

namespace Portico.Gateway.Tests.Connections;

/// <summary>One loop's clients on fake sockets and a clock that the test moves.</summary>
internal sealed class LoopHarness
{
    private static readonly FakeTransport Transport = new();
    private readonly LoopPlace _place = new(0, 1, GatewayAddress.Parse("127.0.0.1:2900"));
    private LoopClients? _clients;
    private long _now = 5_000_000;

    public RecordedEvents Events { get; } = new();

    /// <summary>Where the next client connects from.</summary>
    public IPEndPoint Remote { get; set; } = new(IPAddress.Parse("10.1.2.3"), 4567);

    public LoopClients Clients
    {
        get
        {
            if (_clients is null)
            {
                _clients = new LoopClients(_place, Numbers) { Events = Events, Addresses = new AddressCounts(ConnectionsPerAddress, Warnings), Partials = Partials };
                _clients.OnTick(_now);
            }

            return _clients;
        }
    }

    public ConnectionNumbers Numbers { get; init; } = new(0, 1);

    public int ConnectionsPerAddress { get; init; }

    public RepeatedWarnings? Warnings { get; init; }

    public PartialBudget Partials { get; init; } = new(1 << 30);

    public ClientLimits Limits { get; init; } = new();

    public ListenerSettings Listener => _listener ??= new ListenerSettings
    {
        Index = 0,
        Scheme = "websocket",
        Url = "websocket://0.0.0.0:8282",
        Port = 8282,
        PingInterval = PingInterval,
        PingData = PingData,
        ClientAddress = ClientAddress,
        Limits = Limits,
    };

    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(25);

    public byte[] PingData { get; init; } = [];

    public ClientAddressRule ClientAddress { get; init; } = ClientAddressRule.None;

    private ListenerSettings? _listener;

    /// <summary>A text client: one message a line.</summary>
    public ClientConnection Text() => Accept(new TextCodec(1 << 20));

    /// <summary>A client of a frame listener.</summary>
    public ClientConnection Frames() => Accept(new LengthCodec(1 << 20));

    /// <summary>A WebSocket client whose handshake is not done.</summary>
    public ClientConnection Raw() => Accept(new WebSocketCodec(new WebSocketSettings { Subprotocols = ["portico.v1"] }));

    /// <summary>A WebSocket client after its handshake.</summary>
    public ClientConnection WebSocket(string target = "/", string headers = "")
    {
        var client = Raw();
        client.OnBytes(Handshake(target, headers));
        Turn();
        _ = SocketOf(client).Take();
        return client;
    }

    public static byte[] Handshake(string target = "/", string headers = "") => Encoding.ASCII.GetBytes(
        $"GET {target} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        + $"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n");

    public ClientConnection Accept(IFrameCodec codec) =>
        Clients.Accept(Transport, new AcceptedSocket(new MemoryStream(), Remote, 0), Listener, codec)!;

    public static FakeSocket SocketOf(ClientConnection client) => (FakeSocket)client.Socket;

    /// <summary>What the client was sent since the last look, as text.</summary>
    public static string Sent(ClientConnection client) => Encoding.UTF8.GetString(SocketOf(client).Take());

    /// <summary>Turns of the loop until nothing is left to do.</summary>
    public int Turn()
    {
        var turns = 1;
        while (Clients.AfterInbox())
        {
            turns++;
        }

        return turns;
    }

    /// <summary>The clock goes on, a quarter of a second at a time.</summary>
    public void Advance(double seconds)
    {
        for (var left = seconds; left > 0; left -= 0.25)
        {
            _now += 250;
            Clients.OnTick(_now);
            Turn();
        }
    }
}
