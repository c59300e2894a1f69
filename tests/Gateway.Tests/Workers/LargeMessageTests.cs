using System.Buffers;
using System.Buffers.Binary;
using System.Net.WebSockets;
using Google.Protobuf;
using Portico.Contracts.GatewayWorker;
using Portico.Contracts.Protos.Gateway;
using Portico.Gateway.Hosting;
using Portico.Support;

namespace Portico.Gateway.Tests.Workers;

/// <summary>Messages above what a PHP worker's packet holds: whole to .NET workers and back, the end of the client for PHP's.</summary>
public sealed class LargeMessageTests
{
    private const int PieceLength = 256 * 1024;
    private static readonly (string, string) Largest = ("Gateway:MaxMessageSize", "67108864");

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Message_AbovePhpsPacket_ReachesAGrpcWorkerAndIsAnsweredAsLarge(string transport)
    {
        Assert.SkipWhen(transport == "epoll" && !OperatingSystem.IsLinux(), "epoll is Linux's");
        await using var gateway = await RunningGateway.StartAsync(1, Largest, ("Gateway:Transport", transport));
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connection = (await worker.NextAsync(EventKind.WebsocketConnect)).Connection;
        var sent = Bytes(16 * 1024 * 1024);

        var sending = client.Socket.SendAsync(sent, WebSocketMessageType.Binary, true, CancellationToken.None).Guarded();
        var message = await worker.NextAsync(EventKind.Message);
        await sending;
        Assert.True(message.Body.Span.SequenceEqual(sent));
        await AnswerAsync(worker, connection, sent);

        Assert.True((await ReceiveAsync(client)).AsSpan().SequenceEqual(sent));
        await client.SendAsync("after");
        Assert.Equal("after", await worker.NextTextAsync());
    }

    [Fact]
    public async Task Message_LargeAndNotHandled_LetsOthersThrough()
    {
        await using var gateway = await RunningGateway.StartAsync(1, Largest);
        using var worker = await ScriptedWorker.AttachAsync(gateway);
        await using var large = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);
        await using var small = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await worker.NextAsync(EventKind.WebsocketConnect);

        // More than a link holds in all; the worker acknowledges nothing.
        await large.Socket.SendAsync(Bytes(12 * 1024 * 1024), WebSocketMessageType.Binary, true, CancellationToken.None).Guarded();
        await worker.NextAsync(EventKind.Message);

        for (var i = 0; i < 3; i++)
        {
            await small.SendAsync($"m{i}");
            Assert.Equal($"m{i}", await worker.NextTextAsync());
        }
    }

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Message_AbovePhpsPacket_ClosesThatClientOfAPhpWorkerAlone(string transport)
    {
        Assert.SkipWhen(transport == "epoll" && !OperatingSystem.IsLinux(), "epoll is Linux's");
        await using var gateway = await RunningGateway.StartAsync(1, Largest, ("Gateway:Transport", transport));
        using var worker = await PhpWorkerAsync(gateway);
        await using var other = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await NextAsync(worker, PacketCommand.OnWebSocketConnect);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await NextAsync(worker, PacketCommand.OnWebSocketConnect);

        var fitting = Bytes(LimitOptions.LargestPhpEventBytes);
        await client.Socket.SendAsync(fitting, WebSocketMessageType.Binary, true, CancellationToken.None).Guarded();
        Assert.True((await NextAsync(worker, PacketCommand.OnMessage)).AsSpan().SequenceEqual(fitting));
        await client.Socket.SendAsync(Bytes(LimitOptions.LargestPhpEventBytes + 1), WebSocketMessageType.Binary, true, CancellationToken.None).Guarded();

        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.Socket.CloseStatus);
        Assert.Equal("message is too big for the worker that serves this client", client.Socket.CloseStatusDescription);
        await NextAsync(worker, PacketCommand.OnClose);
        await other.SendAsync("still served");
        Assert.Equal("still served"u8.ToArray(), await NextAsync(worker, PacketCommand.OnMessage));
    }

    [Fact]
    public async Task Message_WithTheSessionAbovePhpsPacket_ClosesItsClient()
    {
        await using var gateway = await RunningGateway.StartAsync(1, Largest);
        using var worker = await PhpWorkerAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        var connection = await NextConnectionAsync(worker, PacketCommand.OnWebSocketConnect);
        var set = new ArrayBufferWriter<byte>();
        PacketCodec.Write(set, new PacketHeader { Command = PacketCommand.SetSession, ConnectionId = connection, Flags = PacketFlags.Scalar }, "a:1:{i:0;i:1;}"u8, default);
        await worker.SendAsync(set.WrittenSpan.ToArray());
        await using var second = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await NextAsync(worker, PacketCommand.OnWebSocketConnect);

        // The session may arrive after the message: it is set when an event shows it.
        do
        {
            await client.SendAsync("?");
        }
        while (await NextSessionAsync(worker) == 0);

        await client.Socket.SendAsync(Bytes(LimitOptions.LargestPhpEventBytes), WebSocketMessageType.Binary, true, CancellationToken.None).Guarded();

        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.Socket.CloseStatus);
    }

    [Fact]
    public async Task Message_LeftByAGrpcWorker_IsNotGivenToAPhpWorkerThatCannotCarryIt()
    {
        await using var gateway = await RunningGateway.StartAsync(1, Largest);
        using var first = await ScriptedWorker.AttachAsync(gateway);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl);
        await first.NextAsync(EventKind.WebsocketConnect);
        using var php = await PhpWorkerAsync(gateway);
        await client.Socket.SendAsync(Bytes(LimitOptions.LargestPhpEventBytes + 1), WebSocketMessageType.Binary, true, CancellationToken.None).Guarded();
        await first.NextAsync(EventKind.Message);

        first.Dispose();

        Assert.Null(await client.ReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.Socket.CloseStatus);
        await NextAsync(php, PacketCommand.OnClose);
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static async Task AnswerAsync(ScriptedWorker worker, uint connection, byte[] body)
    {
        var at = 0;
        for (; at + PieceLength < body.Length; at += PieceLength)
        {
            await worker.SendAsync(new WorkerMessage { Parts = { new BodyPart { Id = 1, Data = UnsafeByteOperations.UnsafeWrap(body.AsMemory(at, PieceLength)) } } });
        }

        await worker.CommandAsync(new Command
        {
            Kind = CommandKind.SendToClient,
            Connection = connection,
            Binary = true,
            BodyPart = 1,
            Body = UnsafeByteOperations.UnsafeWrap(body.AsMemory(at)),
        });
    }

    private static async Task<byte[]> ReceiveAsync(TestClient client)
    {
        using var message = new MemoryStream();
        var buffer = new byte[PieceLength];
        while (true)
        {
            var part = await client.Socket.ReceiveAsync(buffer, CancellationToken.None).Guarded();
            Assert.Equal(WebSocketMessageType.Binary, part.MessageType);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return message.ToArray();
            }
        }
    }

    private static async Task<RawClient> PhpWorkerAsync(RunningGateway gateway)
    {
        var worker = await RawClient.ConnectAsync(gateway.InnerPort);
        var hello = new ArrayBufferWriter<byte>();
        PacketCodec.Write(hello, new PacketHeader { Command = PacketCommand.WorkerConnect, Flags = PacketFlags.Scalar }, default, InnerCredentials.Worker("php:0", ""));
        await worker.SendAsync(hello.WrittenSpan.ToArray());
        return worker;
    }

    private static async Task<byte[]> NextAsync(RawClient worker, PacketCommand command)
    {
        while (true)
        {
            var (packet, body, _) = await NextPacketAsync(worker);
            if (packet.Command == command)
            {
                return body;
            }
        }
    }

    private static async Task<uint> NextConnectionAsync(RawClient worker, PacketCommand command)
    {
        while (true)
        {
            var (packet, _, _) = await NextPacketAsync(worker);
            if (packet.Command == command)
            {
                return packet.ConnectionId;
            }
        }
    }

    private static async Task<int> NextSessionAsync(RawClient worker)
    {
        while (true)
        {
            var (packet, _, session) = await NextPacketAsync(worker);
            if (packet.Command == PacketCommand.OnMessage)
            {
                return session;
            }
        }
    }

    private static async Task<(PacketHeader Header, byte[] Body, int Session)> NextPacketAsync(RawClient worker)
    {
        var length = await worker.ReceiveAsync(sizeof(uint));
        byte[] bytes = [.. length, .. await worker.ReceiveAsync(BinaryPrimitives.ReadInt32BigEndian(length) - length.Length)];
        Assert.Equal(PacketStatus.Complete, PacketCodec.TryRead(bytes, out var packet));
        return (packet.Header, packet.Body.ToArray(), packet.Ext.Length);
    }
}
