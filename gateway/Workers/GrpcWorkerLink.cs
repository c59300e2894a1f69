using System.Text;
using Portico.Contracts.Link;
using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>
/// One gRPC worker as one loop sees it (gateway.proto, WorkerLink): events are encoded once into blocks, which are both what is sent and what
/// is kept until acknowledged.
/// </summary>
internal sealed class GrpcWorkerLink : IWorkerLink, ILinkClients, IDisposable
{
    // More at one go would hold the loop; the rest follows in its next turn.
    private const int FlushesPerTurn = 4;
    private const int BytesPerFlush = 1024 * 1024;

    private readonly LinkLimits _limits;
    private readonly LinkStream _stream;
    private readonly UnacknowledgedEvents _kept = new();
    private readonly List<LinkSegment> _segments = [];
    private readonly LargeEvents _large = new();
    private readonly ClientStates _states = new();
    private readonly LinkBuffer _part = new();
    private ILoopContext? _loop;
    private IDisposable? _input;
    private EventBlock? _block;
    private bool _full;
    private bool _ended;

    /// <summary>A link over a stream that was just opened; the loop opens it.</summary>
    public GrpcWorkerLink(string key, ulong instance, LinkStream stream, LinkLimits limits)
    {
        Key = key;
        Instance = instance;
        _stream = stream;
        _limits = limits;
        Results = new LinkResults(limits);
    }

    /// <inheritdoc/>
    public string Key { get; }

    /// <summary>Random per start of the worker.</summary>
    public ulong Instance { get; }

    /// <inheritdoc/>
    public int BoundClients { get; set; }

    /// <inheritdoc/>
    public bool WantsEarlyConnect => false;

    /// <inheritdoc/>
    public bool IsLeaving { get; private set; }

    /// <inheritdoc/>
    public bool IsClosed { get; private set; }

    /// <inheritdoc/>
    public bool HasRoom => Bytes < _limits.Events;

    /// <inheritdoc/>
    public bool HasUnsent => !IsClosed && (_segments.Count > 0 || !_large.IsEmpty || !Results.IsEmpty || _stream.Output.IsFlushing);

    /// <summary>Results of the worker's commands.</summary>
    public LinkResults Results { get; }

    /// <summary>Events that the worker has not acknowledged.</summary>
    public int Unacknowledged => _kept.Live;

    /// <summary>How many sequences lie between the oldest unacknowledged event and the newest.</summary>
    public long KeptRange => _kept.Range;

    private long Bytes => _kept.Bytes + _large.Bytes;

    /// <summary>The loop takes it over.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="input">The other half; it ends with the link.</param>
    public void Open(ILoopContext loop, IDisposable input)
    {
        _loop = loop;
        _input = input;
    }

    /// <inheritdoc/>
    public void Post(in WorkerEvent posted)
    {
        if (posted.Kind == EventKind.Connect && posted.Number == 0)
        {
            // A WebSocket client is told of when its path is known.
            return;
        }

        posted.Client.InFlight++;
        if (posted.Body.Length > _limits.Message || posted.Client.Queued > 0)
        {
            _large.Add(posted);
        }
        else
        {
            Append(posted, 0, null);
        }

        _full |= !HasRoom;
    }

    /// <inheritdoc/>
    public void Adopt(ClientBinding client) => Post(new WorkerEvent { Client = client, Kind = EventKind.Adopt, Number = 0 });

    /// <inheritdoc/>
    public void Flush()
    {
        for (var i = 0; i < FlushesPerTurn && !IsClosed && !_stream.Output.IsFlushing; i++)
        {
            if (!WritePending())
            {
                EndWhenLeft();
                return;
            }

            if (!_stream.Output.Flush())
            {
                EndWhenBroken();
                return;
            }
        }

        if (!IsClosed && !_stream.Output.IsFlushing)
        {
            _stream.WakeLater();
        }
    }

    /// <summary>The flush that was on its way is through; what waited leaves.</summary>
    public void OnFlushed()
    {
        _stream.Output.EndFlush();
        if (IsClosed)
        {
            _stream.Release();
        }
        else
        {
            EndWhenBroken();
            Flush();
        }
    }

    /// <summary>The worker is done with events.</summary>
    /// <returns>False when it acknowledges what it was never sent.</returns>
    public bool TryAcknowledge(ulong through) => _kept.TryAcknowledge(through, this);

    /// <summary>The worker is done with events above a gap.</summary>
    /// <returns>False when it acknowledges what it was never sent.</returns>
    public bool TryAcknowledge(ulong first, ulong last) => _kept.TryAcknowledge(first, last, this);

    /// <summary>All acknowledgements of a message are taken.</summary>
    public void AfterAcknowledgements()
    {
        // Half empty before reading goes on, or it would stop again after each message.
        if (_full && Bytes < _limits.Events / 2)
        {
            _full = false;
            _loop!.RoomAgain(this);
        }

        EndWhenLeft();
    }

    /// <summary>The worker wants no new events.</summary>
    public void Leave()
    {
        if (!IsLeaving && !IsClosed)
        {
            IsLeaving = true;
            _loop!.LinkLeaving(this);
            EndWhenLeft();
        }
    }

    /// <inheritdoc/>
    public void TakeBack(ILinkOwner owner)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        foreach (var kept in _kept.TakeAll())
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
                    Client = next.Client, Kind = next.Kind, Number = next.Number, Body = next.Body.Span, Binary = next.Binary, Redelivered = next.Redelivered,
                });
            }

            next.Body.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Close(string why) => End(why, graceful: false);

    /// <inheritdoc/>
    public void Acknowledged(ClientBinding client)
    {
        client.Handled();
        if (client.InFlight == 0 && IsLeaving && !IsClosed)
        {
            _loop!.ClientIdle(client);
        }
    }

    /// <summary>Ends the link: nothing is written any more, and the loop takes back what is unacknowledged.</summary>
    public void End(string why, bool graceful)
    {
        if (IsClosed)
        {
            return;
        }

        IsClosed = true;
        _loop?.LinkEnded(this, why);
        _stream.End(graceful ? null : why);
        Dispose();
    }

    /// <summary>Frees what is not needed to take back the events.</summary>
    public void Dispose()
    {
        _input?.Dispose();
        Results.Dispose();
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
        _kept.Add(new KeptEvent { Client = client, Block = _block, Place = place, Large = large });
    }

    private void AddSegment(EventBlock block, int start)
    {
        if (_segments.Count > 0 && _segments[^1] is var last && last.Block == block && last.End - last.Start < _limits.Message)
        {
            _segments[^1] = last with { End = block.Events.Length, LastSequence = _kept.NextSequence };
            return;
        }

        _segments.Add(new LinkSegment(block, start, block.Events.Length, _kept.NextSequence, _kept.NextSequence));
    }

    /// <summary>Writes what waits, up to what one flush may carry; false when nothing does.</summary>
    private bool WritePending()
    {
        var written = 0;
        while (written < BytesPerFlush && Results.TryTake(out var fields))
        {
            _stream.Output.WriteFields(fields);
            written += fields.Length;
        }

        var count = 0;
        while (count < _segments.Count && written < BytesPerFlush)
        {
            var segment = _segments[count++];
            _stream.Output.WriteEvents(segment);
            written += segment.End - segment.Start;
            _kept.SentThrough = segment.LastSequence;
        }

        _segments.RemoveRange(0, count);
        return WriteLarge() || written > 0;
    }

    private bool WriteLarge()
    {
        if (_segments.Count > 0)
        {
            return false;
        }

        var any = false;
        if (_large.TryNextPart(_limits.Message, out var id, out var part))
        {
            _part.Clear();
            GatewayMessageWriter.AppendPart(_part, id, part);
            _stream.Output.WriteFields(_part.WrittenSpan);
            any = true;
        }

        // What is through becomes an ordinary event of the next message.
        while (_large.TryTake(_limits.Message, out var next, out var partId))
        {
            Append(
                new WorkerEvent
                {
                    Client = next.Client, Kind = next.Kind, Number = next.Number, Binary = next.Binary, Redelivered = next.Redelivered,
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

    private void EndWhenBroken()
    {
        if (_stream.Output.IsBroken)
        {
            End("the worker's stream broke", graceful: false);
        }
    }

    private void EndWhenLeft()
    {
        if (IsLeaving && !IsClosed && _kept.Live == 0 && !HasUnsent)
        {
            End("the worker has left", graceful: true);
        }
    }
}
