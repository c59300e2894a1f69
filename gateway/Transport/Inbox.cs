namespace Portico.Gateway.Transport;

/// <summary>
/// What other threads have for a loop. Many producers, one consumer who takes all that waits with one short lock. Posting wakes the loop
/// only when it sleeps, so a batch costs one wake-up. It has no bound of its own: whoever posts what a hostile peer can multiply (link
/// chunks, commands) keeps a window of what it has posted and the loop has not yet handled.
/// </summary>
internal sealed class Inbox
{
    private readonly Lock _gate = new();
    private object[] _items = new object[64];
    private object[] _taken = new object[64];
    private int _count;
    private bool _sleeping;
    private bool _closed;

    /// <summary>Items that wait; may be a moment old.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds an item.</summary>
    /// <param name="item">What the loop's owner shall get.</param>
    /// <param name="wake">True when the loop sleeps and nobody else wakes it.</param>
    /// <returns>False when the loop has ended.</returns>
    public bool Post(object item, out bool wake)
    {
        lock (_gate)
        {
            wake = _sleeping;
            if (_closed)
            {
                return false;
            }

            // Read and cleared under the lock in which the loop sets it: no wake-up is lost, and only the first of a batch pays for one.
            _sleeping = false;
            if (_count == _items.Length)
            {
                Array.Resize(ref _items, _count * 2);
            }

            _items[_count++] = item;
            return true;
        }
    }

    /// <summary>The loop is about to wait; false when something is here and it must not.</summary>
    public bool TrySleep()
    {
        lock (_gate)
        {
            return _sleeping = _count == 0 && !_closed;
        }
    }

    /// <summary>The loop does not wait any more. A producer that still sees it asleep makes one needless wake-up.</summary>
    public void Awake() => Volatile.Write(ref _sleeping, false);

    /// <summary>Takes all that waits; valid until the next call. Give it back with <see cref="Clear"/>.</summary>
    public ReadOnlySpan<object> Take()
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return default;
        }

        lock (_gate)
        {
            var count = _count;
            _count = 0;
            (_items, _taken) = (_taken, _items);
            return _taken.AsSpan(0, count);
        }
    }

    /// <summary>Forgets what <see cref="Take"/> gave. After a rare flood the large arrays are let go.</summary>
    public void Clear(int count)
    {
        Array.Clear(_taken, 0, count);
        if (_taken.Length > 16 * 1024)
        {
            _taken = new object[64];
        }
    }

    /// <summary>Nothing is taken any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            _sleeping = false;
        }
    }
}
