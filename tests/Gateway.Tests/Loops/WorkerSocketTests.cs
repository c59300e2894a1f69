using System.Collections.Concurrent;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Contracts.Rpc.SingleStream;
using Portico.Support;

namespace Portico.Gateway.Tests.Loops;

/// <summary>Workers with a connection for each stream; what they share with those on Kestrel is tested there.</summary>
public sealed class WorkerSocketTests
{
    private const string Path = "/portico.gateway.v1.WorkerLink/Attach";

    [Theory]
    [InlineData("epoll")]
    [InlineData("sockets")]
    public async Task Echo_SmallAndLarge_ComesBackInOrder(string transport)
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("Gateway:Transport", transport));
        await using var worker = await Worker.AttachAsync(gateway, 0);
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl).Guarded();
        Assert.Equal(EventKind.WebsocketConnect, (await worker.NextAsync()).Kind);

        // A body above a message goes in parts, and what the kernel does not take waits: both ways at once.
        foreach (var size in (int[])[1, 100, 5000, 200_000, 10])
        {
            var text = new string('x', size);
            await client.SendAsync(text).Guarded();
            var told = await worker.NextAsync();
            Assert.Equal(EventKind.Message, told.Kind);
            worker.Send(new WorkerMessage { Commands = { new Command { Kind = CommandKind.SendToClient, Connection = told.Connection, Body = ByteString.CopyFromUtf8(text) } } });
            Assert.Equal(text, await client.ReceiveAsync().Guarded());
        }
    }

    [Fact]
    public async Task Attach_EachLoop_GetsItsOwnConnection()
    {
        await using var gateway = await RunningGateway.StartAsync(3);
        for (var loop = 0u; loop < 3; loop++)
        {
            await using var worker = await Worker.AttachAsync(gateway, loop);
            Assert.Equal((loop, 3u), (worker.Attached.Loop, worker.Attached.LoopCount));
        }
    }

    [Fact]
    public async Task Attach_LoopThatIsNot_IsLeftToTheUsualWay()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });

        Assert.Null(await channel.TrySingleStreamAsync(Path, 9).Guarded());
    }

    [Theory]
    [InlineData("right", Path, null)]
    [InlineData("wrong", Path, RpcStatusCode.Unauthenticated)]
    [InlineData("right", "/portico.gateway.v1.Commands/Execute", RpcStatusCode.Unimplemented)]
    public async Task Open_KeyAndMethod_AreLookedAt(string key, string path, RpcStatusCode? refusal)
    {
        await using var gateway = await RunningGateway.StartAsync(1, ("SecretKey", "right"));
        using var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { SecretKey = key, ConnectTimeout = Guard.Limit });
        using var call = await channel.TrySingleStreamAsync(path, 0).Guarded();
        Assert.NotNull(call);

        using var end = new CancellationTokenSource();
        var reading = call.ReadAllAsync(static received => received.Length, end.Token);
        if (refusal is { } code)
        {
            Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(() => reading.Guarded())).Status.Code);
        }
        else
        {
            Assert.False(reading.IsCompleted);
            await end.CancelAsync();
            _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.Guarded());
        }
    }

    [Fact]
    public async Task FirstMessage_NotAnAttach_IsRefused()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var worker = await Worker.OpenAsync(gateway, 0);

        worker.Send(new WorkerMessage { Leaving = true });

        Assert.Equal(RpcStatusCode.InvalidArgument, (await worker.EndAsync())!.Code);
    }

    [Fact]
    public async Task Leave_AllAcknowledged_EndsWell()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await using var worker = await Worker.AttachAsync(gateway, 0);

        worker.Send(new WorkerMessage { Leaving = true });

        Assert.Null(await worker.EndAsync());
    }

    [Fact]
    public async Task Stop_WorkerAttached_EndsTheStreamAndTheGateway()
    {
        await using var gateway = await RunningGateway.StartAsync(2);
        await using var worker = await Worker.AttachAsync(gateway, 1);

        await gateway.StopAsync();

        Assert.Equal(RpcStatusCode.Unavailable, (await worker.EndAsync())!.Code);
    }

    [Fact]
    public async Task Cut_EventNotAcknowledged_GoesToTheNextWorker()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var first = await Worker.AttachAsync(gateway, 0, "first:1");
        await using var client = await TestClient.ConnectAsync(gateway.WebSocketUrl).Guarded();
        _ = await first.NextAsync();
        await client.SendAsync("again").Guarded();
        Assert.Equal("again", (await first.NextAsync()).Body.ToStringUtf8());

        await first.DisposeAsync();
        await using var second = await Worker.AttachAsync(gateway, 0, "second:1");

        Event redelivered;
        do
        {
            redelivered = await second.NextAsync();
        }
        while (redelivered.Kind != EventKind.Message);
        Assert.True(redelivered.Redelivered);
        Assert.Equal("again", redelivered.Body.ToStringUtf8());
    }

    private sealed class Worker : IAsyncDisposable
    {
        private readonly RpcChannel _channel;
        private readonly SingleStreamCall _call;
        private readonly ConcurrentQueue<Event> _events = new();
        private readonly Dictionary<ulong, List<byte>> _parts = [];
        private readonly SemaphoreSlim _came = new(0);
        private readonly CancellationTokenSource _ending = new();
        private readonly Task _reading;

        private Worker(RpcChannel channel, SingleStreamCall call)
        {
            _channel = channel;
            _call = call;
            _reading = call.ReadAllAsync(Read, _ending.Token);
        }

        public Attached Attached { get; private set; } = null!;

        public static async Task<Worker> OpenAsync(RunningGateway gateway, uint loop)
        {
            var channel = new RpcChannel(new Uri($"http://{gateway.Inner}"), new RpcChannelOptions { ConnectTimeout = Guard.Limit });
            return new Worker(channel, (await channel.TrySingleStreamAsync(Path, loop).Guarded())!);
        }

        public static async Task<Worker> AttachAsync(RunningGateway gateway, uint loop, string key = "own:1")
        {
            var worker = await OpenAsync(gateway, loop);
            worker.Send(new WorkerMessage { Attach = new AttachRequest { WorkerKey = key, Instance = 1, Loop = loop } });
            Assert.True(await worker._came.WaitAsync(Guard.Limit));
            return worker;
        }

        public void Send(WorkerMessage message)
        {
            RpcFraming.WriteMessage(_call.Requests, message);
            Assert.True(_call.Requests.FlushAsync(TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully);
        }

        public async Task<Event> NextAsync()
        {
            Assert.True(await _came.WaitAsync(Guard.Limit));
            Assert.True(_events.TryDequeue(out var next));
            return next;
        }

        /// <summary>How the stream ended; null for well.</summary>
        public async Task<RpcException?> EndAsync()
        {
            try
            {
                await _reading.Guarded();
                return null;
            }
            catch (RpcException fault)
            {
                return fault;
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _ending.CancelAsync();
            await _reading.Guarded().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _call.Dispose();
            _channel.Dispose();
            _ending.Dispose();
        }

        private int Read(ReadOnlyMemory<byte> received)
        {
            var rest = new System.Buffers.ReadOnlySequence<byte>(received);
            while (RpcFraming.TryRead(ref rest, 10_000_000, out var message))
            {
                Take(GatewayMessage.Parser.ParseFrom(message));
            }

            return received.Length - (int)rest.Length;
        }

        private void Take(GatewayMessage message)
        {
            if (message.Attached is { } attached)
            {
                Attached = attached;
                _came.Release();
            }

            foreach (var part in message.Parts)
            {
                (_parts.TryGetValue(part.Id, out var begun) ? begun : _parts[part.Id] = []).AddRange(part.Data);
            }

            foreach (var next in message.Events?.Events ?? [])
            {
                if (next.BodyPart != 0)
                {
                    next.Body = ByteString.CopyFrom([.. _parts[next.BodyPart]]);
                }

                _events.Enqueue(next);
                _came.Release();
            }
        }
    }
}
