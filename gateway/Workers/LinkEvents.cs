using System.Text;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>
/// The events of one gRPC link, from the moment they are posted until they are acknowledged: encoded once into blocks, which are both what is
/// sent and what is kept.
/// </summary>
/// <param name="messageBytes">Longest message; longer bodies go in parts.</param>
internal sealed class LinkEvents(int messageBytes) : IDisposable
{
    private readonly List<LinkSegment> _segments = [];
    private readonly LargeEvents _large = new();
    private readonly ClientStates _states = new();
    private readonly LinkBuffer _part = new();
    private EventBlock? _block;

    /// <summary>What was posted and is not acknowledged.</summary>
    public UnacknowledgedEvents Kept { get; } = new();

    /// <summary>Some were not written to the stream.</summary>
    public bool HasUnsent => _segments.Count > 0 || !_large.IsEmpty;

    /// <summary>How many are not acknowledged.</summary>
    public int Unacknowledged => Kept.Live;

    /// <summary>How many sequences lie between the oldest unacknowledged event and the newest.</summary>
    public long KeptRange => Kept.Range;

    /// <summary>Bytes of all that waits or is unacknowledged.</summary>
    public long Bytes => Kept.Bytes + _large.Bytes;

    /// <summary>Takes one event, behind the earlier ones of its client.</summary>
    public void Add(in WorkerEvent posted)
    {
        if (posted.Body.Length > messageBytes || posted.Client.Queued > 0)
        {
            _large.Add(posted);
        }
        else
        {
            Append(posted, 0, null);
        }
    }

    /// <summary>Writes what waits, about <paramref name="room"/> bytes of it; false when nothing does.</summary>
    public bool Write(LinkOutput output, int room)
    {
        var count = 0;
        while (count < _segments.Count && room > 0)
        {
            var segment = _segments[count++];
            output.WriteEvents(segment);
            room -= segment.End - segment.Start;
            Kept.SentThrough = segment.LastSequence;
        }

        _segments.RemoveRange(0, count);
        return (_segments.Count == 0 && WriteLarge(output)) || count > 0;
    }

    /// <summary>Hands back what nobody acknowledged, oldest first. Once; a second call finds nothing.</summary>
    public void TakeBack(ILinkOwner owner)
    {
        foreach (var kept in Kept.TakeAll())
        {
            if (EventView.TryRead(kept.Block.Events.At(kept.Place), out var view) && view.Kind != EventKind.Adopt)
            {
                owner.Redeliver(new WorkerEvent
                {
                    Client = kept.Client!,
                    Kind = view.Kind,
                    Number = view.Number,
                    Body = kept.Large is { } large ? large.Span : view.Body,
                    Binary = view.Binary,
                    Redelivered = true,
                });
            }

            kept.Block.Release();
            kept.Large?.Dispose();
        }

        while (_large.TryTakeAny(out var next))
        {
            if (next.Kind != EventKind.Adopt)
            {
                owner.Redeliver(new WorkerEvent
                {
                    Client = next.Client,
                    Kind = next.Kind,
                    Number = next.Number,
                    Body = next.Body.Span,
                    Binary = next.Binary,
                    Redelivered = next.Redelivered,
                });
            }

            next.Body.Dispose();
        }
    }

    /// <summary>Nothing is posted any more. Blocks live until <see cref="TakeBack"/> has emptied them.</summary>
    public void Dispose()
    {
        _part.Dispose();
        _states.Dispose();
        _block?.Finish();
        _block = null;
    }

    private void Append(in WorkerEvent posted, ulong partId, LargeBody? large)
    {
        var client = posted.Client;
        var state = _states.Changes(client);
        var needed = posted.Body.Length + state.Length + EventBlock.Overhead;
        if (_block is null || !_block.Fits(needed))
        {
            _block?.Finish();
            _block = new EventBlock(needed);
        }

        var start = _block.Events.Length;
        var view = new EventView
        {
            Kind = posted.Kind,
            Connection = client.Client.Id,
            Number = posted.Number,
            Body = posted.Body,
            Binary = posted.Binary,
            Redelivered = posted.Redelivered,
            BodyPart = partId,
            HasState = !state.IsEmpty,
            State = state,
        };
        if (posted.Kind == EventKind.Close)
        {
            view.CloseCode = client.Reason.Code;
            view.CloseReason = Encoding.UTF8.GetBytes(client.Reason.Text);
        }

        var place = _block.Events.Append(view);
        AddSegment(_block, start);
        Kept.Add(new KeptEvent { Client = client, Block = _block, Place = place, Large = large });
    }

    private void AddSegment(EventBlock block, int start)
    {
        if (_segments.Count > 0 && _segments[^1] is var last && last.Block == block && last.End - last.Start < messageBytes)
        {
            _segments[^1] = last with { End = block.Events.Length, LastSequence = Kept.NextSequence };
            return;
        }

        _segments.Add(new LinkSegment(block, start, block.Events.Length, Kept.NextSequence, Kept.NextSequence));
    }

    private bool WriteLarge(LinkOutput output)
    {
        var any = false;
        if (_large.TryNextPart(messageBytes, out var id, out var part))
        {
            _part.Clear();
            GatewayMessageWriter.AppendPart(_part, id, part);
            output.WriteFields(_part.WrittenSpan);
            any = true;
        }

        // What is through becomes an ordinary event of the next message.
        while (_large.TryTake(messageBytes, out var next, out var partId))
        {
            Append(
                new WorkerEvent
                {
                    Client = next.Client,
                    Kind = next.Kind,
                    Number = next.Number,
                    Binary = next.Binary,
                    Redelivered = next.Redelivered,
                    Body = partId == 0 ? next.Body.Span : default,
                },
                partId,
                partId == 0 ? null : next.Body);
            if (partId == 0)
            {
                next.Body.Dispose();
            }

            any = true;
        }

        return any;
    }
}
