using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers;

public sealed class PlaceRoutingTests
{
    [Fact]
    public async Task Clients_OfTwoPlaces_GoOnlyToTheWorkersThatNameThem()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");
        using var greet = await ScriptedWorker.ServeAsync(gateway, "greet", "/greet");
        await using var clients = new Clients();
        for (var i = 0; i < 20; i++)
        {
            await clients.AddAsync(gateway.WebSocketUrl);
            await clients.AddAsync(gateway.WebSocketUrl + "greet");
        }

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("/", (await shop.NextAsync(EventKind.WebsocketConnect)).State.Origin.Path);
            Assert.Equal("/greet", (await greet.NextAsync(EventKind.WebsocketConnect)).State.Origin.Path);
        }

        using var text = await RawClient.ConnectAsync(gateway.TextPort);
        await shop.NextAsync(EventKind.Connect);
    }

    [Fact]
    public async Task Clients_OfAListenerThatAWorkerNames_DoNotGoToTheWorkerOfThePath()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");
        using var text = await ScriptedWorker.ServeAsync(gateway, "text", string.Create(CultureInfo.InvariantCulture, $"{gateway.TextPort}/"));

        using var textClient = await RawClient.ConnectAsync(gateway.TextPort);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);

        await text.NextAsync(EventKind.Connect);
        await shop.NextAsync(EventKind.WebsocketConnect);
    }

    [Fact]
    public async Task Clients_OfAPlaceWhoseWorkerDied_WaitForItAndNotForTheOther()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");
        var greet = await ScriptedWorker.ServeAsync(gateway, "greet", "/greet");
        await using var guest = await TestClient.ConnectAsync(gateway.WebSocketUrl + "greet");
        await greet.NextAsync(EventKind.WebsocketConnect);
        await guest.SendAsync("unacknowledged");
        Assert.Equal("unacknowledged", await greet.NextTextAsync());

        greet.Dispose();
        await guest.SendAsync("while it is away");
        await using var second = await TestClient.ConnectAsync(gateway.WebSocketUrl + "greet");
        await using var buyer = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await buyer.SendAsync("untouched");
        Assert.Equal("/", (await shop.NextAsync(EventKind.WebsocketConnect)).State.Origin.Path);
        Assert.Equal("untouched", await shop.NextTextAsync());

        using var back = await ScriptedWorker.ServeAsync(gateway, "greet", "/greet");
        await back.NextAsync(EventKind.Adopt);
        Assert.True((await back.NextAsync(EventKind.WebsocketConnect)).Redelivered);
        Assert.Equal("unacknowledged", await back.NextTextAsync());
        Assert.Equal("while it is away", await back.NextTextAsync());
        await ConnectedAsync(back);
        await buyer.SendAsync("still untouched");
        Assert.Equal("still untouched", await shop.NextTextAsync());
    }

    [Fact]
    public async Task Clients_OfAWorkerThatLeaves_MoveToAnotherOfTheirPlace()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var other = await ScriptedWorker.ServeAsync(gateway, "other", "/other");
        using var first = await ScriptedWorker.ServeAsync(gateway, "first", "/", "/greet");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl + "greet");
        await first.NextAsync(EventKind.WebsocketConnect);

        await first.SendAsync(new WorkerMessage { Leaving = true, Commands = { new Command { Id = 1, Kind = CommandKind.CountClients } } });
        await first.NextResultAsync();
        await client.SendAsync("after");
        using var second = await ScriptedWorker.ServeAsync(gateway, "second", "/greet");
        await first.AckAsync(1);

        await second.NextAsync(EventKind.Adopt);
        Assert.Equal("after", await second.NextTextAsync());
        Assert.Equal(RpcStatusCode.OK, await first.EndAsync());
    }

    [Fact]
    public async Task Clients_OfAnInventedPath_AreClosedWith1013WithinTwoSeconds()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");
        await using var buyer = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await shop.NextAsync(EventKind.WebsocketConnect);
        var began = Stopwatch.GetTimestamp();
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl + "invented");
        await client.SendAsync("nobody reads this");

        Assert.Null(await client.ReceiveAsync());

        // Twice of what is promised: the machine of the test may be busy. It would wait 600 s in the room of real places.
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(20));
        Assert.Equal((WebSocketCloseStatus)1013, client.Socket.CloseStatus);
        Assert.Equal("nothing is served at /invented, try again later", client.Socket.CloseStatusDescription);
        await buyer.SendAsync("still here");
        Assert.Equal("still here", await shop.NextTextAsync());
    }

    [Fact]
    public async Task Clients_OfTenThousandInventedPaths_DoNotPushOutWhatWaitsForARealPlace()
    {
        // Room for a few hundred events: the ten thousand would take it thirty times.
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:ParkedBytes", "100000"), ("Gateway:Limits:UnknownPathEvents", "50"));
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");
        var greet = await ScriptedWorker.ServeAsync(gateway, "greet", "/greet");
        greet.Dispose();
        await using var guest = await TestClient.ConnectAsync(gateway.WebSocketUrl + "greet");
        await guest.SendAsync("waits");

        var closed = 0;
        for (var round = 0; round < 20; round++)
        {
            closed += (await Task.WhenAll(Enumerable.Range(round * 500, 500).Select(i => InventAsync(gateway, i)))).Count(code => code == 1013);
        }

        Assert.Equal(10_000, closed);
        await using var late = await TestClient.ConnectAsync(gateway.WebSocketUrl + "greet");
        using var back = await ScriptedWorker.ServeAsync(gateway, "greet", "/greet");
        var seen = new List<string>();
        while (seen.Count < 3)
        {
            var (_, next) = await back.NextAsync();
            if (next.Kind != EventKind.Adopt)
            {
                seen.Add(next.Kind == EventKind.Message ? next.Body.ToStringUtf8() : next.Kind.ToString());
            }
        }

        Assert.Equal(["WebsocketConnect", "WebsocketConnect", "waits"], seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Clients_OfAPathThatAWorkerIsAboutToName_AreServedWhenItComes()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:UnknownPathEvents", "50"));
        await using var early = await TestClient.ConnectAsync(gateway.WebSocketUrl + "greet");
        await early.SendAsync("before any worker");

        using var greet = await ScriptedWorker.ServeAsync(gateway, "greet", "/greet");

        await greet.NextAsync(EventKind.WebsocketConnect);
        Assert.Equal("before any worker", await greet.NextTextAsync());
    }

    [Fact]
    public async Task Worker_WithoutPlaces_ServesEveryPlace()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var old = await ScriptedWorker.AttachAsync(gateway, "old");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl + "anything");
        await old.NextAsync(EventKind.WebsocketConnect);

        var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");
        await using var other = await TestClient.ConnectAsync(gateway.WebSocketUrl + "other");
        Assert.Equal("/other", (await old.NextAsync(EventKind.WebsocketConnect)).State.Origin.Path);

        // It takes what the shop cannot any more.
        await using var buyer = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await shop.NextAsync(EventKind.WebsocketConnect);
        shop.Dispose();
        await old.NextAsync(EventKind.Adopt);
        await old.NextAsync(EventKind.WebsocketConnect);
    }

    [Fact]
    public async Task PhpWorker_BesideAWorkerThatNamesAPath_IsToldOfAClientWhenItsPathIsKnown()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var php = await ScriptedPhpWorker.ConnectAsync(gateway);
        await ScriptedPhpWorker.AttachedAsync(gateway);
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");
        await using var buyer = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await shop.NextAsync(EventKind.WebsocketConnect);
        await buyer.DisposeAsync();
        await shop.NextAsync(EventKind.Close);

        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl + "php");
        await client.SendAsync("to PHP");

        // Had the buyer been PHP's at accept, its CONNECT would come first.
        var (connection, _) = await php.NextAsync(PacketCommand.OnConnect);
        var (handshake, body) = await php.NextAsync(PacketCommand.OnWebSocketConnect);
        Assert.Equal(connection, handshake);
        Assert.Contains("/php", body, StringComparison.Ordinal);
        Assert.Equal((connection, "to PHP"), await php.NextAsync(PacketCommand.OnMessage));
    }

    [Fact]
    public async Task PhpWorker_Alone_IsToldOfAClientAtAccept()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var php = await ScriptedPhpWorker.ConnectAsync(gateway);
        await ScriptedPhpWorker.AttachedAsync(gateway);

        using var client = await RawClient.ConnectAsync(new Uri(gateway.WebSocketUrl).Port);

        await php.NextAsync(PacketCommand.OnConnect);
    }

    [Fact]
    public async Task PhpWorker_WithAListenerOfItsOwn_GetsItsClientsAtAcceptAndNoOthers()
    {
        var port = FreePort.Take();
        await using var gateway = await RunningGateway.StartAsync(
            1,
            ("Gateway:Listen:2", string.Create(CultureInfo.InvariantCulture, $"websocket://127.0.0.1:{port}")),
            ("Gateway:PhpPlaces:0", string.Create(CultureInfo.InvariantCulture, $"{port}/")));
        using var php = await ScriptedPhpWorker.ConnectAsync(gateway);
        await ScriptedPhpWorker.AttachedAsync(gateway);
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");

        using var silent = await RawClient.ConnectAsync(port);
        await php.NextAsync(PacketCommand.OnConnect);
        await using var buyer = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await shop.NextAsync(EventKind.WebsocketConnect);
        await using var client = await TestClient.ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"ws://127.0.0.1:{port}/"));
        await php.NextAsync(PacketCommand.OnConnect);
        await php.NextAsync(PacketCommand.OnWebSocketConnect);
    }

    [Fact]
    public async Task PhpWorker_ThatDies_LeavesItsClientsToAnotherPhpWorkerAlone()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/");
        var first = await ScriptedPhpWorker.ConnectAsync(gateway, "php:1");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl + "php");
        await first.NextAsync(PacketCommand.OnConnect);
        await first.NextAsync(PacketCommand.OnWebSocketConnect);

        first.Dispose();
        using var second = await ScriptedPhpWorker.ConnectAsync(gateway, "php:2");
        await HeardAsync(client, second);

        await using var buyer = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await shop.NextAsync(EventKind.WebsocketConnect);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("8443")]
    public async Task Attach_WithAPlaceThatIsNone_IsRefused(string place)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });
        using var call = await channel.DuplexAsync("/portico.gateway.v1.WorkerLink/Attach").Guarded();

        await call.WriteAsync(new WorkerMessage { Attach = new AttachRequest { WorkerKey = "w", Places = { new ServedPlace { Place = place } } } }).AsTask().Guarded();

        var fault = await Assert.ThrowsAsync<RpcException>(async () => await call.ReadAsync<GatewayMessage>().AsTask().Guarded());
        Assert.Equal(RpcStatusCode.InvalidArgument, fault.Status.Code);
        Assert.Contains("a place must be", fault.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Places_Asked_AreThoseOfTheWorkersWithTheirNumbers()
    {
        await using var gateway = await RunningGateway.StartAsync(2);
        using var shop = await ScriptedWorker.ServeAsync(gateway, "shop", "/", "/service");
        using var second = await ScriptedWorker.ServeAsync(gateway, "other", "/");
        using var php = await ScriptedPhpWorker.ConnectAsync(gateway);
        await ScriptedPhpWorker.AttachedAsync(gateway);
        var gone = await ScriptedWorker.ServeAsync(gateway, "gone", "/gone");
        gone.Dispose();
        using var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });
        string[] expected = [" php 1", "/ other 1", "/ shop 1", "/gone  0", "/service shop 1"];
        string[] seen = [];

        await Guard.UntilAsync(
            async () =>
            {
                var reply = await channel.UnaryAsync<PlacesRequest, PlacesReply>("/portico.gateway.v1.Administration/Places", new PlacesRequest()).Guarded();
                seen = [.. reply.Rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Place} {row.Module} {row.Workers}")).Order(StringComparer.Ordinal)];
                return seen.SequenceEqual(expected);
            },
            "all workers are seen");

        Assert.Equal(expected, seen);
    }

    // Whether the gateway had noticed that the worker before was gone when the client came.
    private static async Task ConnectedAsync(ScriptedWorker worker)
    {
        var (_, next) = await worker.NextAsync();
        if (next.Kind == EventKind.Adopt)
        {
            (_, next) = await worker.NextAsync();
        }

        Assert.Equal(EventKind.WebsocketConnect, next.Kind);
    }

    // What was written to a PHP worker that had just gone is lost, as PHP cannot acknowledge: said until it is heard.
    private static async Task HeardAsync(TestClient client, ScriptedPhpWorker worker)
    {
        var next = worker.NextAsync();
        while (!next.IsCompleted)
        {
            await client.SendAsync("heard?");
            await Task.WhenAny(next, Task.Delay(50, CancellationToken.None));
        }

        var (command, _, _) = await next;
        Assert.Contains(command, new[] { PacketCommand.OnMessage, PacketCommand.OnConnect, PacketCommand.OnWebSocketConnect });
    }

    private static async Task<int> InventAsync(RunningGateway gateway, int number)
    {
        using var client = await RawClient.ConnectAsync(new Uri(gateway.WebSocketUrl).Port);
        await client.SendAsync(Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"GET /invented/{number} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")));
        var (received, count, frame) = (new byte[1024], 0, -1);
        while (frame < 0 || count < frame + 4)
        {
            var read = await client.Socket.ReceiveAsync(received.AsMemory(count)).AsTask().Guarded();
            Assert.NotEqual(0, read);
            count += read;
            frame = received.AsSpan(0, count).IndexOf("\r\n\r\n"u8) is >= 0 and var end ? end + 4 : -1;
        }

        return received[frame] == 0x88 ? (received[frame + 2] << 8) | received[frame + 3] : 0;
    }

    private sealed class Clients : IAsyncDisposable
    {
        private readonly List<TestClient> _all = [];

        public async Task AddAsync(string url) => _all.Add(await TestClient.ConnectAsync(url));

        public async ValueTask DisposeAsync()
        {
            foreach (var client in _all)
            {
                await client.DisposeAsync();
            }
        }
    }
}
