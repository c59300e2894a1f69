using System.Buffers;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

public sealed class RpcStreamTests
{
    private const string Path = "/test.Stream/Do";

    [Fact]
    public async Task Duplex_Typed_EchoesInOrderAndEnds()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path,
            async call =>
            {
                await foreach (var request in call.ReadAllAsync<BodyPart>())
                {
                    await call.WriteAsync(request);
                }
            },
            host.Options));
        using var channel = server.Channel();
        using var call = await channel.DuplexAsync(Path).Guarded();

        for (var i = 1UL; i <= 100; i++)
        {
            await call.WriteAsync(new BodyPart { Id = i, Data = ByteString.CopyFrom(new byte[i * 50]) }).AsTask().Guarded();
        }

        await call.CompleteRequestsAsync().AsTask().Guarded();
        var expected = 1UL;
        while (await call.ReadAsync<BodyPart>().AsTask().Guarded() is { } reply)
        {
            Assert.Equal(expected, reply.Id);
            Assert.Equal((int)expected * 50, reply.Data.Length);
            expected++;
        }

        Assert.Equal(101UL, expected);
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task Duplex_NothingSentYet_BothSidesSeeTheCallAtOnce()
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path,
            async call =>
            {
                await call.StartAsync();
                entered.SetResult();
                _ = await call.ReadAsync<BodyPart>();
            },
            host.Options));
        using var channel = server.Channel();

        using var call = await channel.DuplexAsync(Path).Guarded();
        await entered.Task.Guarded();
        _ = await call.OpenResponsesAsync().Guarded();

        await call.CompleteRequestsAsync().AsTask().Guarded();
        Assert.Null(await call.ReadAsync<BodyPart>().AsTask().Guarded());
    }

    [Fact]
    public async Task Duplex_HundredMegabytesOneStream_DefaultBodyLimitDoesNotEndIt()
    {
        const int Piece = 256 * 1024;
        const int Pieces = 400;
        await using var server = await RpcTestServer.StartAsync(
            (app, host) => app.MapRpcDuplex(Path, EchoRawAsync, host.Options),
            kestrel => kestrel.Limits.MaxRequestBodySize = 30_000_000);
        using var channel = server.Channel();
        using var call = await channel.DuplexAsync(Path).Guarded();

        var writing = Task.Run(async () =>
        {
            var piece = new BodyPart { Data = UnsafeByteOperations.UnsafeWrap(new byte[Piece]) };
            for (var i = 0; i < Pieces; i++)
            {
                await call.WriteAsync(piece);
            }

            await call.CompleteRequestsAsync();
        });
        var received = 0L;
        while (await call.ReadAsync<BodyPart>().AsTask().Guarded() is { } reply)
        {
            received += reply.Data.Length;
        }

        await writing.Guarded();
        Assert.Equal((long)Piece * Pieces, received);
    }

    [Fact]
    public async Task Duplex_TwoHundredStreams_FitOneConnection()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(Path, EchoRawAsync, host.Options));
        using var channel = server.Channel();
        var calls = new List<RpcDuplexCall>();

        for (var i = 0UL; i < 200; i++)
        {
            var call = await channel.DuplexAsync(Path).Guarded();
            calls.Add(call);
            await call.WriteAsync(new BodyPart { Id = i }).AsTask().Guarded();
            Assert.Equal(i, (await call.ReadAsync<BodyPart>().AsTask().Guarded())!.Id);
        }

        calls.ForEach(call => call.Dispose());
    }

    [Fact]
    public async Task ServerStreaming_LeavingEarly_CancelsTheHandler()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcServerStreaming<BodyPart>(
            Path,
            async (request, call) =>
            {
                using var registration = call.CancellationToken.Register(ended.SetResult);
                for (var i = request.Id; ; i++)
                {
                    await call.WriteAsync(new BodyPart { Id = i });
                }
            },
            host.Options));
        using var channel = server.Channel();

        var expected = 7UL;
        await foreach (var reply in channel.ServerStreamingAsync<BodyPart, BodyPart>(Path, new BodyPart { Id = 7 }))
        {
            Assert.Equal(expected++, reply.Id);
            if (expected == 20)
            {
                break;
            }
        }

        await ended.Task.Guarded();
        Assert.Empty(server.Faults);
    }

    [Fact]
    public async Task ServerStreaming_FaultAfterMessages_MessagesThenStatus()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcServerStreaming<BodyPart>(
            Path,
            async (_, call) =>
            {
                await call.WriteAsync(new BodyPart { Id = 1 });
                await call.WriteAsync(new BodyPart { Id = 2 });
                throw new RpcException(RpcStatusCode.DataLoss, "gone");
            },
            host.Options));
        using var channel = server.Channel();
        var seen = new List<ulong>();

        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var reply in channel.ServerStreamingAsync<BodyPart, BodyPart>(Path, new BodyPart()))
            {
                seen.Add(reply.Id);
            }
        });

        Assert.Equal([1UL, 2UL], seen);
        Assert.Equal(new RpcStatus(RpcStatusCode.DataLoss, "gone"), fault.Status);
    }

    [Fact]
    public async Task Duplex_ServerEndsFirst_ReaderSeesStatusAndWriterAFault()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path,
            async call =>
            {
                _ = await call.ReadAsync<BodyPart>();
                throw new RpcException(RpcStatusCode.AlreadyExists, "enough");
            },
            host.Options));
        using var channel = server.Channel();
        using var call = await channel.DuplexAsync(Path).Guarded();
        await call.WriteAsync(new BodyPart()).AsTask().Guarded();

        var status = await Assert.ThrowsAsync<RpcException>(() => call.ReadAsync<BodyPart>().AsTask().Guarded());
        var write = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (true)
            {
                await call.WriteAsync(new BodyPart { Data = ByteString.CopyFrom(new byte[100_000]) }).AsTask().Guarded();
            }
        });

        Assert.Equal(RpcStatusCode.AlreadyExists, status.Code);
        Assert.NotEqual(RpcStatusCode.OK, write.Code);
    }

    [Fact]
    public async Task Duplex_RefusedKey_SeenWhenResponsesAreOpened()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path, EchoRawAsync, host.Options with { SecretKey = new RpcSecretKey("k") }));
        using var channel = server.Channel();

        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            using var call = await channel.DuplexAsync(Path).Guarded();
            _ = await call.OpenResponsesAsync().Guarded();
        });

        Assert.Equal(RpcStatusCode.Unauthenticated, fault.Code);
    }

    [Fact]
    public async Task Duplex_RefusedKeyOfManyCalls_EndsEachOfThem()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path, EchoRawAsync, host.Options with { SecretKey = new RpcSecretKey("k") }));
        using var channel = server.Channel();

        // On a busy connection the stream is often reset before its body was opened.
        var calls = Enumerable.Range(0, 500).Select(async number =>
        {
            using var call = await channel.DuplexAsync(Path);
            _ = await call.OpenResponsesAsync();
        });

        await Assert.AllAsync(calls, async call =>
            Assert.Equal(RpcStatusCode.Unauthenticated, (await Assert.ThrowsAsync<RpcException>(() => call.Guarded())).Code));
    }

    [Fact]
    public async Task Duplex_RefusedKey_IsSeenByWhoeverWrites()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path, EchoRawAsync, host.Options with { SecretKey = new RpcSecretKey("k") }));
        using var channel = server.Channel();

        // The refusal may overtake what is written; the write then fails with it and not with a broken stream.
        var fault = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            using var call = await channel.DuplexAsync(Path).Guarded();
            while (true)
            {
                await call.WriteAsync(new BodyPart { Data = ByteString.CopyFrom(new byte[1000]) }).AsTask().Guarded();
            }
        });

        Assert.Equal(RpcStatusCode.Unauthenticated, fault.Code);
    }

    [Fact]
    public async Task Stop_StreamsOpen_TheyEndUnavailableAndStopDoesNotWait()
    {
        await using var server = await RpcTestServer.StartAsync((app, host) => app.MapRpcDuplex(
            Path,
            async call =>
            {
                await call.StartAsync();
                _ = await call.ReadAsync<BodyPart>();
            },
            host.Options));
        using var channel = server.Channel();
        using var call = await channel.DuplexAsync(Path).Guarded();
        _ = await call.OpenResponsesAsync().Guarded();

        await server.StopAsync();

        var fault = await Assert.ThrowsAsync<RpcException>(() => call.ReadAsync<BodyPart>().AsTask().Guarded());
        Assert.Equal(RpcStatusCode.Unavailable, fault.Code);
        Assert.Empty(server.Faults);
    }

    /// <summary>Whole messages back as they came, without looking into them, as the hot paths do it.</summary>
    internal static async Task EchoRawAsync(RpcServerCall call)
    {
        await call.StartAsync();
        while (true)
        {
            var read = await call.Requests.ReadAsync(call.CancellationToken);
            var buffer = read.Buffer;
            while (RpcFraming.TryRead(ref buffer, call.MaxReceiveMessageSize, out var message))
            {
                RpcFraming.WritePrefix(call.Responses, (int)message.Length);
                foreach (var part in message)
                {
                    call.Responses.Write(part.Span);
                }
            }

            call.Requests.AdvanceTo(buffer.Start, buffer.End);
            await call.Responses.FlushAsync(call.CancellationToken);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }
}
