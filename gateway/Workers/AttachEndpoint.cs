using System.Buffers;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers;

/// <summary>
/// The gRPC method WorkerLink/Attach on its pool thread: opens a link, gives its writer to the loop, and from then on only copies what
/// comes into the loop's inbox.
/// </summary>
internal sealed partial class AttachEndpoint(IWorkerLoops loops, GatewayIdentity identity, LinkLimits limits, ILogger<AttachEndpoint> logger)
{
    /// <summary>Path of the method.</summary>
    public const string Path = "/portico.gateway.v1.WorkerLink/Attach";

    private const int LongestKey = 255;

    // What has piled up in the stream's window goes to the loop piece by piece: one copy of all of it would take megabytes at a time.
    private const int EnoughForOneChunk = 256 * 1024;

    /// <summary>Serves one stream until it ends.</summary>
    public async Task AttachAsync(RpcServerCall call)
    {
        var first = await call.ReadAsync<WorkerMessage>();
        if (Check(first) is { } fault)
        {
            throw new RpcException(RpcStatusCode.InvalidArgument, fault);
        }

        var attach = first!.Attach;
        var stream = new LinkStream(call, loops, (int)attach.Loop);
        var link = new GrpcWorkerLink(attach.WorkerKey, attach.Instance, stream, limits);
        var window = new CommandWindow(limits.Commands);
        var input = new LinkInput(link, limits, window);
        stream.FlushDone = new LinkWork(link, LinkWork.What.Flushed);
        stream.FlushMore = new LinkWork(link, LinkWork.What.Flush);

        await call.StartAsync();
        await GreetAsync(call, attach.Loop);
        if (!loops.TryPost((int)attach.Loop, new LinkOpening(link, input)))
        {
            throw new RpcException(RpcStatusCode.Unavailable, "the gateway is stopping");
        }

        LogAttached(link.Key, attach.Loop, call.Peer);
        try
        {
            await ReadAllAsync(call, (int)attach.Loop, stream, input, window);
        }
        finally
        {
            if (loops.TryPost((int)attach.Loop, new LinkWork(link, LinkWork.What.Ended)))
            {
                await stream.Released;
            }

            LogEnd(link.Key, attach.Loop, stream.Failure);
        }

        if (stream.Failure is { } failure)
        {
            throw new RpcException(RpcStatusCode.Unavailable, failure);
        }
    }

    private void LogEnd(string key, uint loop, string? failure)
    {
        if (failure is null)
        {
            LogLeft(key, loop);
        }
        else
        {
            LogCutOff(key, loop, failure);
        }
    }

    private string? Check(WorkerMessage? first)
    {
        var attach = first?.Attach;
        return attach is null ? "the first message must hold `attach`"
            : attach.WorkerKey.Length is 0 or > LongestKey ? $"worker_key must have 1 to {LongestKey} characters"
            : attach.Loop >= (uint)loops.Count ? $"there are {loops.Count} loops, counted from 0"
            : first!.Commands.Count + first.Parts.Count > 0 || first.Ack is not null ? "the first message must hold `attach` alone"
            : null;
    }

    private async Task GreetAsync(RpcServerCall call, uint loop)
    {
        await call.WriteAsync(new GatewayMessage
        {
            Attached = new Attached { Address = identity.Address.ToString(), Epoch = identity.Epoch, Loop = loop, LoopCount = (uint)loops.Count },
        });
    }

    private async Task ReadAllAsync(RpcServerCall call, int loop, LinkStream stream, LinkInput input, CommandWindow window)
    {
        while (!stream.Released.IsCompleted)
        {
            var read = await call.Requests.ReadAsync(call.CancellationToken);
            var whole = WholeMessages(read.Buffer);
            if (whole.Length > 0)
            {
                var chunk = new CommandChunk(input, whole);
                var room = window.AddAsync((int)whole.Length);
                call.Requests.AdvanceTo(whole.End);
                if (!loops.TryPost(loop, chunk))
                {
                    return;
                }

                if (!room.IsCompleted)
                {
                    await Task.WhenAny(room, stream.Released);
                }
            }
            else
            {
                call.Requests.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            }

            if (read.IsCompleted || read.IsCanceled)
            {
                return;
            }
        }
    }

    private ReadOnlySequence<byte> WholeMessages(ReadOnlySequence<byte> buffer)
    {
        var rest = buffer;
        while (buffer.Length - rest.Length < EnoughForOneChunk && RpcFraming.TryRead(ref rest, limits.Received, out _))
        {
        }

        return buffer.Slice(0, rest.Start);
    }
}
