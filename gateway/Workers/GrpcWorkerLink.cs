using Portico.Contracts.Protos.Gateway;

namespace Portico.Gateway.Workers;

/// <summary>
/// One gRPC worker as one loop sees it (gateway.proto, WorkerLink): when its stream is flushed, when it is full, how it ends.
/// </summary>
internal sealed class GrpcWorkerLink : IWorkerLink, ILinkClients, IDisposable
{
    // More at one go would hold the loop; the rest follows in its next turn.
    private const int FlushesPerTurn = 4;
    private const int BytesPerFlush = 1024 * 1024;

    private readonly LinkLimits _limits;
    private readonly LinkStream _stream;
    private readonly LinkEvents _events;
    private ILoopContext? _loop;
    private IDisposable? _input;
    private readonly LinkProgress _progress;
    private bool _full;

    /// <summary>A link over a stream that was just opened; the loop opens it.</summary>
    public GrpcWorkerLink(AttachRequest attach, ServedPlaces serves, LinkStream stream, LinkLimits limits)
    {
        Key = attach.WorkerKey;
        Serves = serves;
        _progress = new LinkProgress { AnswersProbes = attach.AnswersProbes };
        _stream = stream;
        _limits = limits;
        _events = new LinkEvents(limits.Message);
        Results = new LinkResults(limits);
    }

    /// <inheritdoc/>
    public string Key { get; }

    /// <inheritdoc/>
    public ServedPlaces Serves { get; }

    /// <inheritdoc/>
    public int BoundClients { get; set; }

    /// <inheritdoc/>
    public bool WantsEarlyConnect => false;

    /// <inheritdoc/>
    public bool IsLeaving { get; private set; }

    /// <inheritdoc/>
    public bool IsClosed { get; private set; }

    /// <inheritdoc/>
    public bool HasRoom => _events.Bytes < _limits.Events;

    /// <inheritdoc/>
    public bool HasUnsent => !IsClosed && (_events.HasUnsent || !Results.IsEmpty || _stream.Output.IsFlushing);

    /// <inheritdoc/>
    public bool HasUnacknowledged => !IsClosed && Unacknowledged > 0;

    /// <summary>Results of the worker's commands.</summary>
    public LinkResults Results { get; }

    /// <summary>Events that the worker has not acknowledged.</summary>
    public int Unacknowledged => _events.Unacknowledged;

    /// <summary>How many sequences lie between the oldest unacknowledged event and the newest.</summary>
    public long KeptRange => _events.KeptRange;

    /// <summary>The loop takes it over.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="input">The other half; it ends with the link.</param>
    public void Open(ILoopContext loop, IDisposable input)
    {
        _loop = loop;
        _input = input;
    }

    /// <inheritdoc/>
    public bool Carries(in WorkerEvent posted) => true;

    /// <inheritdoc/>
    public void Post(in WorkerEvent posted)
    {
        if (posted.Kind == EventKind.Connect && posted.Number == 0)
        {
            // A WebSocket client is told of when its path is known.
            return;
        }

        posted.Client.InFlight++;
        _events.Add(posted);
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
    public bool TryAcknowledge(ulong through) => _events.Kept.TryAcknowledge(through, this);

    /// <summary>The worker has handed out what came before a probe.</summary>
    /// <returns>False when it was never asked.</returns>
    public bool TryAnswerProbe(ulong probe) => _progress.TryAnswer(probe);

    /// <summary>The worker is done with events above a gap.</summary>
    /// <returns>False when it acknowledges what it was never sent.</returns>
    public bool TryAcknowledge(ulong first, ulong last) => _events.Kept.TryAcknowledge(first, last, this);

    /// <summary>All acknowledgements of a message are taken.</summary>
    public void AfterAcknowledgements()
    {
        // Half empty before reading goes on, or it would stop again after each message.
        if (_full && _events.Bytes < _limits.Events / 2)
        {
            _full = false;
            _loop!.RoomAgain(this);
        }
    }

    /// <summary>All of a message is taken, its commands too: those that answer the last events stand behind their acknowledgements.</summary>
    public void AfterMessage() => EndWhenLeft();

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
    public string? Look(long now, long patience, out ClientBinding? stuck)
    {
        stuck = _progress.IsStuckAt(_events.Kept.Oldest, now, patience, Unacknowledged > 0) ? _events.Kept.OldestClient : null;
        var verdict = _progress.Look(now, patience, Unacknowledged > 0, _full);
        if (verdict == LinkVerdict.Ask)
        {
            Results.AddProbe(_progress.LastProbe);
        }

        return verdict == LinkVerdict.Hangs ? "it neither acknowledges events nor answers" : null;
    }

    /// <inheritdoc/>
    public void TakeBack(ILinkOwner owner) => _events.TakeBack(owner);

    /// <inheritdoc/>
    public void Close(string why) => End(why, graceful: false);

    /// <inheritdoc/>
    public void Acknowledged(ClientBinding client)
    {
        _progress.OnAcknowledged();
        client.Handled();
        if (client.IsBehind && client.InFlightBytes < _limits.Client / 2)
        {
            client.CatchUp();
        }

        if (client.InFlight == 0 && !IsClosed && (IsLeaving || client.Suspicion is not null))
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
        _events.Dispose();
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

        return _events.Write(_stream.Output, BytesPerFlush - written) || written > 0;
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
        if (IsLeaving && !IsClosed && Unacknowledged == 0 && !HasUnsent)
        {
            End("the worker has left", graceful: true);
        }
    }
}
