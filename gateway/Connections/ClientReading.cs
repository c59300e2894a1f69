using Portico.Gateway.Protocols;

namespace Portico.Gateway.Connections;

/// <summary>The receiving half of a connection, lower part: bytes to frames, kept bytes, and reading that stops and goes on.</summary>
internal abstract class ClientReading(LoopClients clients, uint id, ListenerSettings listener, IFrameCodec codec)
    : ClientOutput(clients, id, listener, codec)
{
    private KeptBytes _kept;
    private PauseCause _paused;
    private bool _reading;
    private int _partialCounted;

    /// <summary>When it was heard; belongs to <see cref="Heartbeat"/>.</summary>
    public HeartbeatState Heart;

    /// <summary>True while some cause keeps it from being read.</summary>
    public bool IsPaused => _paused != PauseCause.None;

    /// <summary>Bytes came.</summary>
    public void OnBytes(Span<byte> received)
    {
        if (IsLeaving)
        {
            return;
        }

        Heart.Heard(Clients.Wheel.Now);
        if (!_kept.IsEmpty)
        {
            _kept.Append(received);
            ReadKept();
            return;
        }

        var done = Read(received);
        if (done < received.Length && !IsLeaving)
        {
            _kept.Append(received[done..]);
        }
    }

    /// <summary>Reads what was kept, as far as it goes.</summary>
    public virtual void ReadKept()
    {
        if (IsPaused || IsLeaving)
        {
            return;
        }

        // Taken out meanwhile: a close in the middle must not give the buffer away under the codec's hands.
        var kept = _kept;
        _kept = default;
        kept.Skip(Read(kept.Span));
        if (IsLeaving)
        {
            kept.Free();
        }
        else
        {
            _kept = kept;
        }
    }

    /// <summary>Stops reading until that cause is gone.</summary>
    public void PauseReading(PauseCause cause)
    {
        _paused |= cause;
        if (!IsLeaving)
        {
            Socket.ReadPaused = true;
        }
    }

    /// <summary>That cause is gone. Reading goes on when it was the last; what came before the pause is read in <see cref="LoopClients.AfterInbox"/>.</summary>
    public void ResumeReading(PauseCause cause)
    {
        if (!IsPaused || (_paused &= ~cause) != PauseCause.None || IsLeaving)
        {
            return;
        }

        // The silence of a client that was not listened to proves nothing.
        Heart.Heard(Clients.Wheel.Now);
        Socket.ReadPaused = false;
        if (!_kept.IsEmpty)
        {
            Clients.ReadLater(this);
        }
    }

    /// <summary>Nothing is read any more.</summary>
    protected void DropInput() => _kept.Free();

    /// <summary>The codec's buffers go, at once or when its callee has seen the frame it gave.</summary>
    protected void DropCodec()
    {
        if (!_reading)
        {
            Codec.Dispose();
        }
    }

    /// <summary>Its unfinished message counts no longer.</summary>
    protected void DropPartial()
    {
        Clients.Partials.Return(_partialCounted);
        _partialCounted = 0;
    }

    /// <summary>There is no room for its unfinished message.</summary>
    protected abstract void OnNoRoom();

    /// <summary>What stands before the first frame; false when it is not whole yet.</summary>
    protected abstract bool TryPreamble(ReadOnlySpan<byte> input, out int used);

    /// <summary>A frame came.</summary>
    protected abstract void OnFrame(in Frame frame);

    /// <summary>The peer broke the protocol; the codec is not asked again.</summary>
    protected abstract void OnRefused(in Frame frame);

    private int Read(Span<byte> input)
    {
        if (!TryPreamble(input, out var used))
        {
            return used;
        }

        _reading = true;
        var isPartial = false;
        while (used < input.Length && !IsPaused && !IsLeaving)
        {
            var status = Codec.TryRead(input[used..], out var frame, out var consumed);
            used += consumed;
            if (status == FrameStatus.NeedMore)
            {
                isPartial = true;
                break;
            }

            if (status == FrameStatus.Frame)
            {
                OnFrame(in frame);
                continue;
            }

            OnRefused(in frame);
        }

        _reading = false;
        if (State == ConnectionState.Closed)
        {
            Codec.Dispose();
        }
        else if (isPartial || Heart.PartialSince != 0)
        {
            NotePartial();
        }

        return used;
    }

    // Small ones, and those of clients that the application knows, are not counted: their number is limited by other means.
    private void NotePartial()
    {
        var size = IsLeaving ? 0 : Codec.PartialSize;
        var begins = size > 0 && Heart.PartialSince == 0;
        Heart.PartialSince = size == 0 ? 0 : begins ? Math.Max(1, Clients.Wheel.Now) : Heart.PartialSince;
        var counts = size > PartialBudget.Free && !IsKnown ? size : 0;
        if (counts < _partialCounted)
        {
            Clients.Partials.Return(_partialCounted - counts);
            _partialCounted = counts;
        }
        else if (counts > _partialCounted)
        {
            if (!Clients.Partials.TryTake(counts - _partialCounted))
            {
                OnNoRoom();
                return;
            }

            _partialCounted = counts;
        }

        if (begins && !IsKnown && Listener.Limits.PartialTimeout > TimeSpan.Zero)
        {
            Heartbeat.Schedule((ClientConnection)this, Clients.Wheel);
        }
    }
}
