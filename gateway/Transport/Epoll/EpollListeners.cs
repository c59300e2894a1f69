using System.Collections.Concurrent;

namespace Portico.Gateway.Transport.Epoll;

/// <summary>The listeners that one loop waits for.</summary>
internal sealed class EpollListeners(int epoll, uint firstSlot, long restMilliseconds) : IDisposable
{
    private readonly ConcurrentQueue<EpollListener> _new = new();
    private readonly List<Entry?> _entries = [];
    private volatile bool _changed;
    private long _now;

    /// <summary>Any thread: one more, with the next <see cref="Review()"/>.</summary>
    public void Add(EpollListener listener)
    {
        _new.Enqueue(listener);
        _changed = true;
    }

    /// <summary>Any thread: look at all again.</summary>
    public void Changed() => _changed = true;

    /// <summary>Somebody wants to connect.</summary>
    public void OnReady(uint slot)
    {
        if (_entries[(int)(slot - firstSlot)] is { Waits: true } entry
            && entry.Listener.Accept(entry.Descriptor) == EpollListener.Outcome.Exhausted)
        {
            // Level triggered: it would come again each turn.
            Forget(entry);
            entry.RestsUntil = _now + restMilliseconds;
        }
    }

    /// <summary>Takes up new listeners, lets go of disposed ones, follows pauses.</summary>
    public void Review()
    {
        if (!_changed)
        {
            return;
        }

        _changed = false;
        while (_new.TryDequeue(out var listener))
        {
            Take(listener);
        }

        // By index: a disposed listener's place is emptied on the way.
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i] is { } entry)
            {
                Review(entry);
            }
        }
    }

    /// <summary>Those that rested long enough go on.</summary>
    public void OnTick(long now)
    {
        _now = now;
        foreach (var entry in _entries)
        {
            if (entry is { Waits: false })
            {
                _changed = true;
            }
        }
    }

    /// <summary>Lets go of all.</summary>
    public void Dispose()
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i] is { } entry)
            {
                Forget(entry);
                entry.Listener.Handle.DangerousRelease();
                _entries[i] = null;
            }
        }
    }

    private void Take(EpollListener listener)
    {
        var held = false;
        try
        {
            listener.Handle.DangerousAddRef(ref held);
        }
        catch (ObjectDisposedException)
        {
            // Disposed before this loop came to it.
            return;
        }

        var place = _entries.IndexOf(null);
        if (place < 0)
        {
            place = _entries.Count;
            _entries.Add(null);
        }

        _entries[place] = new Entry(listener, (int)listener.Handle.DangerousGetHandle(), place);
    }

    private void Review(Entry entry)
    {
        var listener = entry.Listener;
        if (listener.Stopped)
        {
            Forget(entry);
            listener.Handle.DangerousRelease();
            _entries[entry.Place] = null;
        }
        else if (listener.Paused)
        {
            Forget(entry);
        }
        else if (!entry.Waits && _now >= entry.RestsUntil)
        {
            entry.Waits = EventBuffer.Control(
                epoll, LinuxNative.EpollAdd, entry.Descriptor, LinuxNative.EpollIn | LinuxNative.EpollExclusive, firstSlot + (uint)entry.Place) == 0;
        }
    }

    private void Forget(Entry entry)
    {
        if (entry.Waits)
        {
            // An exclusive registration cannot be changed, only removed.
            _ = EventBuffer.Control(epoll, LinuxNative.EpollDelete, entry.Descriptor, 0, 0);
            entry.Waits = false;
        }
    }

    private sealed class Entry(EpollListener listener, int descriptor, int place)
    {
        public EpollListener Listener { get; } = listener;

        public int Descriptor { get; } = descriptor;

        public int Place { get; } = place;

        public bool Waits { get; set; }

        public long RestsUntil { get; set; }
    }
}
