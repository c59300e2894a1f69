namespace Portico.Gateway.Workers;

/// <summary>
/// The events of one link by their sequence, from the oldest unacknowledged to the newest. A ring; when a few that nobody acknowledges
/// hold a long one, they are copied out, so that one handler that hangs does not keep everything after it.
/// </summary>
internal sealed class UnacknowledgedEvents
{
    private const int CopyOutLength = 4096;

    private readonly List<(ulong Sequence, KeptEvent Kept)> _stragglers = [];
    private KeptEvent[] _ring = new KeptEvent[64];
    private ulong _head = 1;
    private int _count;
    private int _live;

    /// <summary>Sequence of the next event.</summary>
    public ulong NextSequence => _head + (ulong)_count;

    /// <summary>Bytes that wait for an acknowledgement.</summary>
    public long Bytes { get; private set; }

    /// <summary>Sequences from the oldest unacknowledged event on.</summary>
    public long Range => (long)(NextSequence - Oldest);

    /// <summary>Sequence of the oldest of them; of none when <see cref="Live"/> is 0.</summary>
    public ulong Oldest => _stragglers.Count > 0 ? _stragglers[0].Sequence : _head;

    /// <summary>Whose that is; null when there is none.</summary>
    public ClientBinding? OldestClient => _stragglers.Count > 0 ? _stragglers[0].Kept.Client : _count > 0 ? _ring[Slot(_head)].Client : null;

    /// <summary>Events that wait for an acknowledgement.</summary>
    public int Live => _live + _stragglers.Count;

    /// <summary>Sequence of the last event that was written to the stream; what is above cannot be acknowledged.</summary>
    public ulong SentThrough { get; set; }

    /// <summary>Adds the next event.</summary>
    public void Add(in KeptEvent kept)
    {
        if (_count == _ring.Length)
        {
            Resize(_ring.Length * 2);
        }

        _ring[Slot(NextSequence)] = kept;
        _count++;
        _live++;
        Bytes += kept.Cost;
        kept.Client!.InFlightBytes += kept.Cost;
        kept.Block.Keep();
    }

    /// <summary>Everything up to <paramref name="through"/> is done with.</summary>
    /// <returns>False when it was never sent: the worker is broken.</returns>
    public bool TryAcknowledge(ulong through, ILinkClients clients)
    {
        if (through > SentThrough)
        {
            return false;
        }

        var done = 0;
        while (done < _stragglers.Count && _stragglers[done].Sequence <= through)
        {
            Forget(_stragglers[done++].Kept, clients);
        }

        _stragglers.RemoveRange(0, done);

        while (_count > 0 && _head <= through)
        {
            Release(_head, clients);
            _head++;
            _count--;
        }

        Shrink();
        return true;
    }

    /// <summary>Those from <paramref name="first"/> to <paramref name="last"/> are done with.</summary>
    /// <returns>False when some were never sent.</returns>
    public bool TryAcknowledge(ulong first, ulong last, ILinkClients clients)
    {
        if (first == 0 || first > last || last > SentThrough)
        {
            return false;
        }

        for (var i = _stragglers.Count - 1; i >= 0 && _stragglers[i].Sequence >= first; i--)
        {
            if (_stragglers[i].Sequence <= last)
            {
                var kept = _stragglers[i].Kept;
                _stragglers.RemoveAt(i);
                Forget(kept, clients);
            }
        }

        for (var sequence = Math.Max(first, _head); sequence <= last; sequence++)
        {
            Release(sequence, clients);
        }

        Trim();
        return true;
    }

    /// <summary>Takes all out, oldest first.</summary>
    public List<KeptEvent> TakeAll()
    {
        var all = new List<KeptEvent>(Live);
        foreach (var (_, kept) in _stragglers)
        {
            all.Add(kept);
        }

        for (; _count > 0; _head++, _count--)
        {
            ref var kept = ref _ring[Slot(_head)];
            if (kept.Client is not null)
            {
                all.Add(kept);
            }

            kept = default;
        }

        _stragglers.Clear();
        _live = 0;
        Bytes = 0;
        return all;
    }

    private int Slot(ulong sequence) => (int)(sequence & (ulong)(_ring.Length - 1));

    private void Release(ulong sequence, ILinkClients clients)
    {
        ref var slot = ref _ring[Slot(sequence)];
        if (slot.Client is not null)
        {
            var kept = slot;
            slot = default;
            _live--;
            Forget(kept, clients);
        }
    }

    private void Forget(in KeptEvent kept, ILinkClients clients)
    {
        Bytes -= kept.Cost;
        kept.Client!.InFlightBytes -= kept.Cost;
        kept.Block.Release();
        kept.Large?.Dispose();
        clients.Acknowledged(kept.Client);
    }

    private void Trim()
    {
        while (_count > 0 && _ring[Slot(_head)].Client is null)
        {
            _head++;
            _count--;
        }

        if (_count > CopyOutLength && _live < _count / 4)
        {
            CopyOut();
        }
    }

    private void Shrink()
    {
        if (_count == 0 && _ring.Length > CopyOutLength)
        {
            _ring = new KeptEvent[64];
        }
    }

    private void CopyOut()
    {
        // The newest quarter stays: it is being worked on, not forgotten.
        for (var rest = _count / 4; _count > rest; _head++, _count--)
        {
            ref var slot = ref _ring[Slot(_head)];
            if (slot.Client is null)
            {
                continue;
            }

            var block = new EventBlock(slot.Block.Events.At(slot.Place), out var place);
            _stragglers.Add((_head, new KeptEvent { Client = slot.Client, Block = block, Place = place, Large = slot.Large }));
            slot.Block.Release();
            slot = default;
            _live--;
        }
    }

    private void Resize(int length)
    {
        var larger = new KeptEvent[length];
        for (var i = 0; i < _count; i++)
        {
            var sequence = _head + (ulong)i;
            larger[(int)(sequence & (ulong)(length - 1))] = _ring[Slot(sequence)];
        }

        _ring = larger;
    }
}
