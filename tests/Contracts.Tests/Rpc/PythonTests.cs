using System.Diagnostics;
using Google.Protobuf;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Support;

namespace Portico.Contracts.Tests.Rpc;

/// <summary>Both directions against the official library.</summary>
public sealed class PythonTests
{
    private const int Limit = 4 * 1024 * 1024;
    private const string Unary = "/test.Python/Unary";
    private const string Stream = "/test.Python/Stream";
    private const string Duplex = "/test.Python/Duplex";

    [Fact]
    public async Task Server_OfficialClient_AllItsChecksPass()
    {
        Assert.SkipWhen(PythonPeer.Missing is not null, PythonPeer.Missing ?? "");
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await RpcTestServer.StartAsync((app, host) =>
        {
            var options = host.Options with { SecretKey = new RpcSecretKey("s3cret") };
            app.MapRpcUnary<BodyPart, BodyPart>(Unary, AnswerAsync, options);
            app.MapRpcServerStreaming<BodyPart>(Stream, (request, call) => StreamAsync(request, call, cancelled), options);
            app.MapRpcDuplex(Duplex, RpcStreamTests.EchoRawAsync, options);
        });

        var (code, log) = await PythonPeer.CallAsync(server.Port);

        Assert.True(code == 0 && log.Contains("all passed", StringComparison.Ordinal), log);
        await cancelled.Task.Guarded();
        Assert.All(server.Faults, fault => Assert.Equal("password=hunter2", fault.Message));
    }

    [Fact]
    public async Task Client_OfficialServer_CallsErrorsDeadlinesSizes()
    {
        Assert.SkipWhen(PythonPeer.Missing is not null, PythonPeer.Missing ?? "");
        var (peer, address) = await PythonPeer.ServeAsync();
        using var ending = peer;
        using var channel = new RpcChannel(address);

        var reply = await channel.UnaryAsync<BodyPart, BodyPart>(Unary, new BodyPart { Id = 9, Data = ByteString.CopyFromUtf8("x") }).Guarded();
        Assert.Equal((9UL, "x"), (reply.Id, reply.Data.ToStringUtf8()));

        var missing = await FaultAsync(channel, new BodyPart { Id = 1 }, new() { Metadata = new() { { "who", "me" } } });
        Assert.Equal(new RpcStatus(RpcStatusCode.NotFound, "état 100% – 状态"), missing.Status);
        Assert.Equal("me", missing.Trailers.Find("seen"));
        Assert.Equal([0, 255, 7], missing.Trailers.FindBytes("raw-bin")!);

        Assert.Equal(RpcStatusCode.Unknown, (await FaultAsync(channel, new BodyPart { Id = 2 })).Code);
        Assert.Equal(RpcStatusCode.DeadlineExceeded, (await FaultAsync(channel, new BodyPart { Id = 3 }, new() { Timeout = TimeSpan.FromMilliseconds(200) })).Code);
        var left = await channel.UnaryAsync<BodyPart, BodyPart>(Unary, new BodyPart { Id = 5 }, new() { Timeout = TimeSpan.FromSeconds(100) }).Guarded();
        Assert.InRange(left.Id, 50_000UL, 100_500UL);
        var unknown = await Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<BodyPart, BodyPart>("/test.Python/No", new BodyPart()).Guarded());
        Assert.Equal(RpcStatusCode.Unimplemented, unknown.Code);

        var just = new BodyPart { Data = ByteString.CopyFrom(new byte[Limit - 5]) };
        Assert.Equal(just, await channel.UnaryAsync<BodyPart, BodyPart>(Unary, just).Guarded());
        Assert.Equal(RpcStatusCode.ResourceExhausted, (await FaultAsync(channel, new BodyPart { Data = ByteString.CopyFrom(new byte[Limit - 4]) })).Code);
        Assert.Equal(RpcStatusCode.ResourceExhausted, (await FaultAsync(channel, new BodyPart { Id = 4, Data = ByteString.CopyFrom(new byte[Limit - 7]) })).Code);
    }

    [Fact]
    public async Task Client_OfficialServer_StreamsAndCancellation()
    {
        Assert.SkipWhen(PythonPeer.Missing is not null, PythonPeer.Missing ?? "");
        var (peer, address) = await PythonPeer.ServeAsync();
        using var ending = peer;
        using var channel = new RpcChannel(address);

        using (var call = await channel.DuplexAsync(Duplex).Guarded())
        {
            for (var i = 1UL; i <= 200; i++)
            {
                await call.WriteAsync(new BodyPart { Id = i, Data = ByteString.CopyFrom(new byte[i * 100]) }).AsTask().Guarded();
            }

            await call.CompleteRequestsAsync().AsTask().Guarded();
            var expected = 1UL;
            while (await call.ReadAsync<BodyPart>().AsTask().Guarded() is { } reply)
            {
                Assert.Equal(expected++, reply.Id);
            }

            Assert.Equal(201UL, expected);
        }

        var failing = channel.ServerStreamingAsync<BodyPart, BodyPart>(Stream, new BodyPart { Id = 2, Data = ByteString.CopyFromUtf8("fail") });
        var fault = await Assert.ThrowsAsync<RpcException>(async () => Assert.Equal(2, await failing.CountAsync()));
        Assert.Equal(new RpcStatus(RpcStatusCode.DataLoss, "gone"), fault.Status);

        await foreach (var part in channel.ServerStreamingAsync<BodyPart, BodyPart>(Stream, new BodyPart { Id = 3, Data = ByteString.CopyFromUtf8("endless") }))
        {
            if (part.Id == 0)
            {
                break;
            }
        }

        // Both streams: the failed one and the one that was left.
        await Guard.UntilAsync(() => peer.Log.Split("ended").Length == 3, "the server sees its stream cancelled");
    }

    private static Task<RpcException> FaultAsync(RpcChannel channel, BodyPart request, RpcCallOptions options = default) =>
        Assert.ThrowsAsync<RpcException>(() => channel.UnaryAsync<BodyPart, BodyPart>(Unary, request, options).Guarded());

    /// <summary>The same script as unary() in peer.py.</summary>
    private static async Task<BodyPart> AnswerAsync(BodyPart request, RpcServerCall call)
    {
        call.Trailers.Add("seen", call.Metadata.Find("who") ?? "nobody");
        call.Trailers.Add("raw-bin", [0, 255, 7]);
        switch (request.Id)
        {
            case 1:
                throw new RpcException(RpcStatusCode.NotFound, "état 100% – 状态");
            case 2:
                throw new InvalidOperationException("password=hunter2");
            case 3:
                await Task.Delay(Timeout.Infinite, call.CancellationToken);
                throw new UnreachableException();
            case 4:
                return new BodyPart { Data = ByteString.CopyFrom(new byte[request.Data.Length + 3]) };
            case 5:
                return new BodyPart { Id = (ulong)(call.Deadline!.Value - TimeProvider.System.GetUtcNow()).TotalMilliseconds };
            default:
                return request;
        }
    }

    private static async Task StreamAsync(BodyPart request, RpcServerCall call, TaskCompletionSource cancelled)
    {
        for (var i = 1UL; i <= request.Id; i++)
        {
            await call.WriteAsync(new BodyPart { Id = i });
        }

        switch (request.Data.ToStringUtf8())
        {
            case "endless":
                using (call.CancellationToken.Register(() => cancelled.TrySetResult()))
                {
                    while (true)
                    {
                        await call.WriteAsync(new BodyPart());
                    }
                }

            case "fail":
                throw new RpcException(RpcStatusCode.DataLoss, "gone");
        }
    }
}
