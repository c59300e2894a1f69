using System.Diagnostics.CodeAnalysis;
using System.Net;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;
using Portico.Contracts.Rpc.SingleStream;
using Portico.Hosting;

namespace Portico.Gateway.Workers;

/// <summary>Who may attach, and what a worker's link is made of; the same for both kinds of <see cref="ILinkCall"/>.</summary>
internal sealed partial class LinkDoor(
    IWorkerLoops loops, GatewayIdentity identity, LinkLimits limits, RpcSecretKey key, RepeatedWarnings warnings, ILogger<LinkDoor> logger)
{
    private const int LongestKey = 255;

    /// <summary>Ceilings of a stream.</summary>
    public LinkLimits Limits => limits;

    /// <summary>Why a stream with those headers is not let in; null when it is.</summary>
    public RpcStatus? Refusal(StreamHeaders headers, EndPoint? peer)
    {
        if (headers.Find(":path") != AttachEndpoint.Path)
        {
            return new RpcStatus(RpcStatusCode.Unimplemented, "no such method");
        }

        if (headers.Shows(key))
        {
            return null;
        }

        NoteKey(peer);
        return RpcSecretKey.Refusal;
    }

    /// <summary>Notes a peer that was refused for its key.</summary>
    public void NoteKey(EndPoint? peer) => warnings.Add(peer, "refused on the inner port: it shows no SecretKey, or another one than this gateway's");

    /// <summary>What is wrong with a stream's first message; null for nothing.</summary>
    public string? Check(WorkerMessage? first)
    {
        var attach = first?.Attach;
        return attach is null ? "the first message must hold `attach`"
            : attach.WorkerKey.Length is 0 or > LongestKey ? $"worker_key must have 1 to {LongestKey} characters"
            : attach.Loop >= (uint)loops.Count ? $"there are {loops.Count} loops, counted from 0"
            : first!.Commands.Count + first.Parts.Count > 0 || first.Ack is not null ? "the first message must hold `attach` alone"
            : ServedPlaces.TryRead(attach, out _, out var fault) ? null : fault;
    }

    /// <summary>Reads a stream's first message; false, with what is wrong, when it does not attach to that loop.</summary>
    public bool TryRead(ReadOnlySpan<byte> message, int loop, [NotNullWhen(true)] out AttachRequest? attach, out string fault)
    {
        WorkerMessage? first = null;
        try
        {
            first = WorkerMessage.Parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException)
        {
            // Told below, like any other message that is not the right one.
        }

        attach = first?.Attach;
        fault = Check(first) ?? (attach!.Loop == loop ? "" : "the stream was opened for another loop");
        return fault.Length == 0;
    }

    /// <summary>The first answer.</summary>
    public GatewayMessage Greeting(uint loop) => new()
    {
        Attached = new Attached { Address = identity.Address.ToString(), Epoch = identity.Epoch, Loop = loop, LoopCount = (uint)loops.Count },
    };

    /// <summary>A link for a worker whose first message was checked; its loop is yet to be given the <see cref="LinkOpening"/>.</summary>
    public (GrpcWorkerLink Link, LinkInput Input) Make(AttachRequest attach, ILinkCall call, CommandWindow window)
    {
        var stream = new LinkStream(call, loops, (int)attach.Loop);
        _ = ServedPlaces.TryRead(attach, out var serves, out _);
        var link = new GrpcWorkerLink(attach, serves!, stream, limits);
        stream.FlushDone = new LinkWork(link, LinkWork.What.Flushed);
        stream.FlushMore = new LinkWork(link, LinkWork.What.Flush);
        return (link, new LinkInput(link, limits, window));
    }

    /// <summary>Tells the log of a link that begins.</summary>
    public void Tell(GrpcWorkerLink link, uint loop, string peer) => LogAttached(link.Key, loop, peer);

    /// <summary>Tells the log of a link's end.</summary>
    public void TellEnd(GrpcWorkerLink link, uint loop, string? failure)
    {
        if (failure is null or LinkEnds.GatewayLeaving)
        {
            LogLeft(link.Key, loop);
        }
        else
        {
            LogCutOff(link.Key, loop, failure);
        }
    }
}
