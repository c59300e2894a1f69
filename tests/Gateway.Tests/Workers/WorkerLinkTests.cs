using System.Text;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers;

public sealed class WorkerLinkTests
{
    [Fact]
    public async Task Attach_Answered_SaysWhoTheGatewayIs()
    {
        await using var gateway = await RunningGateway.StartAsync(loops: 3);

        using var worker = await ScriptedWorker.AttachAsync(gateway, loop: 2);

        Assert.Equal(gateway.Inner, worker.Attached.Address);
        Assert.Equal(2u, worker.Attached.Loop);
        Assert.Equal(3u, worker.Attached.LoopCount);
        Assert.NotEqual(0ul, worker.Attached.Epoch);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("key", 1)]
    public async Task Attach_WrongKeyOrLoop_IsInvalid(string key, uint loop)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });
        using var call = await channel.DuplexAsync("/portico.gateway.v1.WorkerLink/Attach").Guarded();

        await call.WriteAsync(new WorkerMessage { Attach = new AttachRequest { WorkerKey = key, Loop = loop } });

        var fault = await Assert.ThrowsAsync<RpcException>(async () => await call.ReadAsync<GatewayMessage>().AsTask().Guarded());
        Assert.Equal(RpcStatusCode.InvalidArgument, fault.Status.Code);
    }

    [Fact]
    public async Task Attach_WrongSecret_IsRefused()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("SecretKey", "right"));

        var fault = await Assert.ThrowsAsync<RpcException>(() => ScriptedWorker.AttachAsync(gateway, secret: "wrong"));

        Assert.Equal(RpcStatusCode.Unauthenticated, fault.Status.Code);
        using var worker = await ScriptedWorker.AttachAsync(gateway, secret: "right");
    }

    [Fact]
    public async Task Event_FirstOfAClient_TellsItsOrigin()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);

        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl + "place?x=1", "portico.v1");

        var (sequence, first) = await worker.NextAsync();
        Assert.Equal(1ul, sequence);
        Assert.Equal(EventKind.WebsocketConnect, first.Kind);
        Assert.Equal(1ul, first.Number);
        Assert.Equal("/place", first.State.Origin.Path);
        Assert.Equal("portico.v1", first.State.Origin.Subprotocol);
        Assert.Equal("127.0.0.1", first.State.Origin.RemoteAddress);
        Assert.Equal("websocket://127.0.0.1:0", first.State.Origin.Listener);
        Assert.StartsWith("GET /place?x=1 HTTP/1.1\r\n", first.State.Origin.Handshake.ToStringUtf8(), StringComparison.Ordinal);
        Assert.True(first.State.HasSession);
        Assert.True(first.State.HasUid);
    }

    [Fact]
    public async Task Events_OfOneClient_ComeInOrderAndEcho()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connect = await worker.NextAsync(EventKind.WebsocketConnect);

        for (var i = 0; i < 100; i++)
        {
            await client.SendAsync($"m{i}");
        }

        for (var i = 0; i < 100; i++)
        {
            var (sequence, message) = await worker.NextAsync();
            Assert.Equal($"m{i}", message.Body.ToStringUtf8());
            Assert.Equal((ulong)i + 2, sequence);
            Assert.Equal((ulong)i + 2, message.Number);
            Assert.Null(message.State);
            await worker.CommandAsync(new Command { Kind = CommandKind.SendToClient, Connection = connect.Connection, Body = message.Body });
            Assert.Equal($"m{i}", await client.ReceiveAsync());
        }
    }

    [Fact]
    public async Task Events_WhileNothingIsRead_ComeInFewBatches()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:ClientLinkBytes", "4194304"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        using var client = await RawClient.ConnectAsync(gateway.TextPort);

        await client.SendAsync(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $"m{i}\n"))));

        await worker.NextAsync(EventKind.Connect);
        for (var i = 0; i < 5000; i++)
        {
            Assert.Equal($"m{i}", await worker.NextTextAsync());
        }

        Assert.True(worker.Batches.Count < 500, $"{worker.Batches.Count} batches");
    }

    [Fact]
    public async Task State_ChangedByOthers_ComesWithTheNextEventOnce()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connect = await worker.NextAsync(EventKind.WebsocketConnect);

        await worker.CommandAsync(
            new Command { Kind = CommandKind.BindUid, Connection = connect.Connection, Names = { "U_1" } },
            new Command { Id = 7, Kind = CommandKind.SetSession, Connection = connect.Connection, Body = ByteString.CopyFromUtf8("a:1:{s:1:\"k\";i:1;}") });
        Assert.Equal(7ul, (await worker.NextResultAsync()).Id);
        await client.SendAsync("one");
        await client.SendAsync("two");

        var one = await worker.NextAsync(EventKind.Message);
        Assert.Equal("U_1", one.State.Uid);
        Assert.Equal("a:1:{s:1:\"k\";i:1;}", one.State.Session.ToStringUtf8());
        Assert.Null(one.State.Origin);
        Assert.Null((await worker.NextAsync(EventKind.Message)).State);
    }

    [Fact]
    public async Task Close_OfAnAnnouncedClient_TellsCodeAndReason()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connect = await worker.NextAsync(EventKind.WebsocketConnect);

        await worker.CommandAsync(new Command { Kind = CommandKind.CloseClient, Connection = connect.Connection, CloseCode = 4321, CloseReason = "go" });
        Assert.Null(await client.ReceiveAsync());
        await client.Socket.CloseOutputAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure, null, CancellationToken.None).Guarded();

        var close = await worker.NextAsync(EventKind.Close);
        Assert.Equal(4321u, close.CloseCode);
        Assert.Equal("go", close.CloseReason);
        Assert.Equal(4321, (int)client.Socket.CloseStatus!);
    }

    [Fact]
    public async Task Close_BeforeTheHandshake_IsNotTold()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        var port = new Uri(gateway.WebSocketUrl).Port;

        using (var half = await RawClient.ConnectAsync(port))
        {
            await half.SendAsync("GET / HT"u8.ToArray());
        }

        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);
    }

    [Fact]
    public async Task Message_LargerThanALinkMessage_ComesInPartsWhileOthersPass()
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Limits:LinkMessageBytes", "16384"));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var large = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(i => i.ToString("x8", System.Globalization.CultureInfo.InvariantCulture)));

        await large.SendAsync(text);
        await large.SendAsync("after");

        Assert.Equal(text, await worker.NextTextAsync());
        Assert.Equal("after", await worker.NextTextAsync());
        Assert.True(worker.Parts > 10);
    }

    [Fact]
    public async Task Command_WithBodyInParts_IsJoined()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connect = await worker.NextAsync(EventKind.WebsocketConnect);

        await worker.SendAsync(new WorkerMessage { Parts = { new BodyPart { Id = 9, Data = ByteString.CopyFromUtf8("one ") } } });
        await worker.SendAsync(new WorkerMessage
        {
            Parts = { new BodyPart { Id = 9, Data = ByteString.CopyFromUtf8("two ") } },
            Commands = { new Command { Kind = CommandKind.SendToClient, Connection = connect.Connection, BodyPart = 9, Body = ByteString.CopyFromUtf8("three") } },
        });

        Assert.Equal("one two three", await client.ReceiveAsync());
    }
}
