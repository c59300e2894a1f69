using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Portico.Contracts.Link;
using Portico.Contracts.Rpc;

namespace Portico.Gateway.Workers;

/// <summary>
/// The writing half of a gRPC stream, on the loop's thread alone: framed messages into the response's pipe, and one flush in flight.
/// While that is on its way everything else waits here and leaves together: the flush is the batch clock.
/// </summary>
internal sealed class LinkOutput
{
    private readonly PipeWriter _writer;
    private readonly Action _flushCompleted;
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _awaiter;

    /// <summary>
    /// Writes to <paramref name="writer"/>; <paramref name="flushCompleted"/> is called on any thread when a flush that had to wait is through.
    /// </summary>
    public LinkOutput(PipeWriter writer, Action flushCompleted)
    {
        _writer = writer;
        _flushCompleted = flushCompleted;
    }

    /// <summary>A flush is on its way: nothing may be written.</summary>
    public bool IsFlushing { get; private set; }

    /// <summary>The peer takes no more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>One message of events.</summary>
    public void WriteEvents(in LinkSegment segment)
    {
        var events = segment.Block.Events.At(new EventPlace(segment.Start, segment.End - segment.Start));
        Span<byte> header = stackalloc byte[RpcFraming.PrefixLength + EventBatchWriter.MaxHeaderLength];
        var length = EventBatchWriter.WriteHeader(header[RpcFraming.PrefixLength..], segment.FirstSequence, events.Length);
        RpcFraming.WritePrefix(header, length + events.Length);
        _writer.Write(header[..(RpcFraming.PrefixLength + length)]);
        _writer.Write(events);
    }

    /// <summary>One message whose fields are encoded already.</summary>
    public void WriteFields(ReadOnlySpan<byte> fields)
    {
        RpcFraming.WritePrefix(_writer, fields.Length);
        _writer.Write(fields);
    }

    /// <summary>Sends what was written.</summary>
    /// <returns>True when it is through already and more may be written.</returns>
    [SuppressMessage("Reliability", "CA2012", Justification = "The awaiter is used once: at once when it is through, else after its callback, in EndFlush.")]
    public bool Flush()
    {
        try
        {
            var flush = _writer.FlushAsync(CancellationToken.None).ConfigureAwait(false).GetAwaiter();
            if (!flush.IsCompleted)
            {
                _awaiter = flush;
                IsFlushing = true;
                flush.UnsafeOnCompleted(_flushCompleted);
                return false;
            }

            Take(flush);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The stream is gone; the reading half tells the same and ends the link.
            IsBroken = true;
        }

        return !IsBroken;
    }

    /// <summary>The flush that was on its way is through. On the loop's thread, once for each call of the callback.</summary>
    public void EndFlush()
    {
        IsFlushing = false;
        try
        {
            Take(_awaiter);
        }
        catch (Exception fault) when (fault is IOException or OperationCanceledException or InvalidOperationException)
        {
            // As above.
            IsBroken = true;
        }

        _awaiter = default;
    }

    [SuppressMessage("Usage", "VSTHRD002", Justification = "Only called for a flush that is through: nothing waits.")]
    private void Take(ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter flush)
    {
        var result = flush.GetResult();
        IsBroken |= result.IsCompleted || result.IsCanceled;
    }
}
