using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Portico.BusinessWorker.Dispatch;
using Portico.Contracts.Ids;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;
using Portico.Contracts.Rpc;

namespace Portico.BusinessWorker.Links;

/// <summary>
/// The reading half of a stream: everything that is there is handed out, then flushed once. Either side behind (commands that wait, callbacks that
/// keep too much) is a stream that is not read.
/// </summary>
internal sealed class LinkReader(LinkClients clients, LinkQueries queries, LinkOptions options, Action<Attached, GatewayAddress> attachedTo) : IDisposable
{
    // More loops than any machine has cores: an answer beyond is nonsense.
    private const uint MostLoops = 1024;

    private readonly BodyAssembler _bodies = new(options.PartBytes);
    private readonly KeptBytes _kept = new(options.KeptBytes);
    private readonly LinkBatch _batch = new();
    private ReceivedBlock? _block;

    /// <summary>Reads to the end of the stream.</summary>
    public async Task RunAsync(PipeReader responses, LinkOutput output, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await responses.ReadAsync(cancellationToken);
            var rest = HandOut(read.Buffer, output);
            responses.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                return;
            }

            await output.RoomAsync();
            await _kept.RoomAsync();
        }
    }

    /// <summary>The same for a stream with a thread of its own, which waits where the other is not read.</summary>
    /// <returns>How many bytes are done with.</returns>
    [SuppressMessage("Usage", "VSTHRD002", Justification = "The stream's own thread: that it does not read meanwhile is what is wanted.")]
    public int Read(ReadOnlyMemory<byte> received, LinkOutput output)
    {
        var rest = HandOut(new ReadOnlySequence<byte>(received), output);
        var room = output.RoomAsync();
        if (!room.IsCompletedSuccessfully)
        {
            room.AsTask().GetAwaiter().GetResult();
        }

        _kept.RoomAsync().GetAwaiter().GetResult();
        return received.Length - (int)rest.Length;
    }

    /// <summary>Hands out every whole message of what was received, then flushes; gives what is left.</summary>
    public ReadOnlySequence<byte> HandOut(ReadOnlySequence<byte> buffer, LinkOutput output)
    {
        _batch.Begin();
        _batch.Touch(output);
        try
        {
            while (RpcFraming.TryRead(ref buffer, options.MessageBytes, out var message))
            {
                var block = _block ??= new ReceivedBlock(_kept);
                message.CopyTo(block.Fill(checked((int)message.Length)));
                HandOut(block, output);
                if (!block.IsOurs)
                {
                    block.GiveUp();
                    _block = null;
                }
            }
        }
        finally
        {
            _batch.End();
        }

        return buffer;
    }

    private void HandOut(ReceivedBlock block, LinkOutput output)
    {
        var message = block.Memory;
        var wellFormed = GatewayMessageReader.TryRead(message.Span, out var reader);
        if (wellFormed && reader.HasAttached)
        {
            TakeAttached(reader.Attached);
        }

        while (wellFormed && reader.TryNextPart(out var id, out var data))
        {
            wellFormed = _bodies.TryAdd(id, data);
        }

        if (wellFormed && reader.EventCount > 0)
        {
            HandOutEvents(ref reader, block, output);
        }

        while (wellFormed && reader.TryNextResult(out var result))
        {
            queries.Complete(result);
        }

        if (wellFormed && reader.Probe != 0)
        {
            output.Probed(reader.Probe);
        }

        if (!wellFormed || reader.Malformed)
        {
            throw new RpcException(RpcStatusCode.Internal, "the gateway sent a message that cannot be read");
        }
    }

    private void HandOutEvents(ref GatewayMessageReader reader, ReceivedBlock block, LinkOutput output)
    {
        var sequence = reader.FirstSequence;
        var firstDone = sequence;
        while (reader.TryNextEvent(out var view))
        {
            if (HandOutEvent(sequence, view, block))
            {
                sequence++;
                continue;
            }

            Acknowledge(output, firstDone, sequence);
            firstDone = ++sequence;
        }

        Acknowledge(output, firstDone, sequence);
    }

    private static void Acknowledge(LinkOutput output, ulong first, ulong end)
    {
        if (end > first)
        {
            output.DoneInBatch(first, end - 1);
        }
    }

    private bool HandOutEvent(ulong sequence, scoped in EventView view, ReceivedBlock block)
    {
        if (view.BodyPart == 0)
        {
            return clients.Dispatch(ClientEvent.From(sequence, view, block.Memory, block));
        }

        if (!_bodies.TryTake(view.BodyPart, out var parts))
        {
            throw new RpcException(RpcStatusCode.Internal, "the gateway names parts that it did not send");
        }

        // A block of its own holds the joined body and the state: this event alone, whose bytes the gateway bounds.
        var own = new ReceivedBlock(null);
        try
        {
            return clients.Dispatch(ClientEvent.Join(sequence, view, parts.WrittenSpan, own));
        }
        finally
        {
            parts.Dispose();
            own.GiveUp();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _bodies.Dispose();

    private void TakeAttached(ReadOnlySpan<byte> encoded)
    {
        var attached = Attached.Parser.ParseFrom(encoded);
        if (!GatewayAddress.TryParse(attached.Address, out var address) || attached.LoopCount is 0 or > MostLoops || attached.Epoch == 0)
        {
            throw new RpcException(RpcStatusCode.Internal, "the gateway's first answer names no address, no epoch or no sensible number of loops");
        }

        attachedTo(attached, address);
    }
}
