using System.Buffers;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers;

/// <summary>
/// The gRPC method WorkerLink/Attach on its pool thread: opens a link, gives its writer to the loop, and from then on only copies what
/// comes into the loop's inbox.
/// </summary>
internal sealed class AttachEndpoint(IWorkerLoops loops, LinkDoor door)
{
    /// <summary>Path of the method.</summary>
    public const string Path = "/portico.gateway.v1.WorkerLink/Attach";

    // What has piled up in the stream's window goes to the loop piece by piece: one copy of all of it would take megabytes at a time.
    private const int EnoughForOneChunk = 256 * 1024;

    /// <summary>Serves one stream until it ends.</summary>
    public async Task AttachAsync(RpcServerCall call)
    {
        var first = await call.ReadAsync<WorkerMessage>();
        if (door.Check(first) is { } fault)
        {
            throw new RpcException(RpcStatusCode.InvalidArgument, fault);
        }

        var attach = first!.Attach;
        var link = new KestrelLinkCall(call);
        var window = new CommandWindow(door.Limits.Commands);
        var (worker, input) = door.Make(attach, link, window);

        await call.StartAsync();
        await call.WriteAsync(door.Greeting(attach.Loop));
        if (!loops.TryPost((int)attach.Loop, new LinkOpening(worker, input)))
        {
            throw new RpcException(RpcStatusCode.Unavailable, "the gateway is stopping");
        }

        door.Tell(worker, attach.Loop, call.Peer);
        try
        {
            await ReadAllAsync(call, (int)attach.Loop, link, input, window);
        }
        finally
        {
            if (loops.TryPost((int)attach.Loop, new LinkWork(worker, LinkWork.What.Ended)))
            {
                await link.Released;
            }

            door.TellEnd(worker, attach.Loop, link.Failure);
        }

        if (link.Failure is { } failure)
        {
            throw new RpcException(RpcStatusCode.Unavailable, failure);
        }
    }

    private async Task ReadAllAsync(RpcServerCall call, int loop, KestrelLinkCall link, LinkInput input, CommandWindow window)
    {
        while (!link.Released.IsCompleted)
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
                    await Task.WhenAny(room, link.Released);
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
        while (buffer.Length - rest.Length < EnoughForOneChunk && RpcFraming.TryRead(ref rest, door.Limits.Received, out _))
        {
        }

        return buffer.Slice(0, rest.Start);
    }
}
